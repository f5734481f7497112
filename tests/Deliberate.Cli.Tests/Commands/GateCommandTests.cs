using System.Text.Json;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Cli.Tests;

/// <summary>The way of a release: evaluated, held against a policy, signed, with its card; and what is said of mistakes.</summary>
public sealed class GateCommandTests(FinishedRun run) : IClassFixture<FinishedRun>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_model_is_evaluated_gated_signed_and_has_its_card()
    {
        var model = Path.Combine(run.Root, "runs", "tiny");
        Cli("eval", "family:arithmetic-mod10@2", "--model", model, "--limit", "40", "--epochs", "1", "--out", "evaluations/a").ShouldSucceed();
        var key = Cli("approve", "keys", "--out", "boss.pem").ShouldSucceed().Output.Trim();
        _folder.File("policy.yaml", $$"""
            policy: mine
            version: 1
            title: Mine
            levels: [low, high]
            categories: [{ id: sums, title: Sums }]
            indicators:
              - { id: sums-right, category: sums, level: high, measure: { task: "family:arithmetic-mod10@2" }, threshold: 0.99, min_n: 30 }
            gates:
              - { action: deploy, levels: { low: pass, high: stop }, approvals: [boss] }
            roles:
              boss: { title: Boss, {{key}} }
            """);
        string[] gate = ["gate", model, "--policy", "policy.yaml", "--evidence", "evaluations", "--out", "release"];
        var open = Cli(gate);
        open.ExitCode.ShouldBe(3, open.Output + open.Error);
        open.Output.ShouldContain("it waits for the signature of boss");
        Cli("gate", model, "--policy", "policy.yaml", "--evidence", "evaluations", "--explain", "sums-right").Output.ShouldContain("the interval ends");
        Cli("gate", model, "--policy", "policy.yaml", "--plan").ShouldSucceed().Output.ShouldContain("deliberate eval family:arithmetic-mod10@2 --model");
        string[] serve = ["serve", model, "--port", "0", "--no-browser", "--store", "none", "--gate", "policy.yaml", "--gate-evidence", "evaluations", "--gate-evidence", "release"];
        var unsigned = Cli(serve);
        (unsigned.ExitCode, unsigned.Error.Contains("may not be served under the policy mine: the evidence lets it through; it waits for the signature of boss", StringComparison.Ordinal)).ShouldBe((3, true), unsigned.Error);
        Cli("approve", "release", "--policy", "policy.yaml", "--role", "boss", "--key", "boss.pem", "--name", "A. Boss").ShouldSucceed();
        Cli(gate).ShouldSucceed().Output.ShouldContain("signed by A. Boss");
        using (var serving = CliProcess.Start(_folder.Root, serve))
        {
            serving.WaitForOutput("OPENAI_BASE_URL=");
            serving.Signal(CliProcess.Interrupt);
            serving.Wait().ExitCode.ShouldBe(0);
        }


        Cli("card", model, "--evidence", "evaluations", "--gate", "release", "--output", "card.md").ShouldSucceed().Output.ShouldContain("empty    A password, kept: not measured: run deliberate eval hierarchy-password");
        File.ReadAllText(Path.Combine(_folder.Root, "card.md")).ShouldContain("A. Boss");
        Cli("card", model, "--check", "card.md").ShouldSucceed();
        var changed = run.CopyCheckpoint("changed");
        var bytes = File.ReadAllBytes(Path.Combine(changed, "model.safetensors"));
        bytes[^3] ^= 1;
        File.WriteAllBytes(Path.Combine(changed, "model.safetensors"), bytes);
        var other = Cli("card", changed, "--check", "card.md");
        (other.ExitCode, other.Output.Contains("not the one that the card is of", StringComparison.Ordinal)).ShouldBe((4, true));
        Cli("card", "diff", "card.md", "card.json").ShouldSucceed().Output.ShouldContain("say the same");

        // Other weights: the same evidence is none of theirs.
        var wrong = Cli("gate", changed, "--policy", "policy.yaml", "--evidence", "evaluations", "--json");
        wrong.ExitCode.ShouldBe(4);
        JsonDocument.Parse(wrong.Output).RootElement.GetProperty("outcome").GetString().ShouldBe("invalid");
        serve[1] = changed;
        Cli(serve).ExitCode.ShouldBe(4);
    }

    [Fact]
    public void A_system_behind_its_filter_is_signed_served_and_carded_as_that_and_as_nothing_else()
    {
        var model = Path.Combine(run.Root, "runs", "tiny");
        foreach (var (name, bias) in new[] { ("filter.json", 20f), ("other.json", 10f) })
            HarmfulPromptsFile.Write(Path.Combine(_folder.Root, name), new HarmfulPrompts([[.. new float[HashedFeatures.Buckets], bias], [.. new float[HashedFeatures.Buckets], 0]], new JudgeConfusion([]), new JudgeConfusion([]), []));
        Cli("eval", "family:arithmetic-mod10@2", "--model", model, "--model", $"behind:filter.json:{model}", "--limit", "40", "--epochs", "1", "--out", "evaluations").ShouldSucceed();
        var key = Cli("approve", "keys", "--out", "boss.pem").ShouldSucceed().Output.Trim();
        _folder.File("policy.yaml", $$"""
            policy: mine
            version: 1
            title: Mine
            levels: [low, high]
            categories: [{ id: sums, title: Sums }]
            indicators:
              - { id: sums-right, category: sums, level: high, measure: { task: "family:arithmetic-mod10@2" }, states: [post, deployed], threshold: 0.99, min_n: 30 }
            gates:
              - { action: deploy, levels: { low: pass, high: stop }, approvals: [boss] }
            roles:
              boss: { title: Boss, {{key}} }
            """);
        foreach (var (folder, filters) in new[] { ("system", new[] { "--filters", "filter.json" }), ("bare", Array.Empty<string>()) })
        {
            Cli(["gate", model, "--policy", "policy.yaml", .. filters, "--evidence", "evaluations", "--out", folder]).ExitCode.ShouldBe(3);
            Cli("approve", folder, "--policy", "policy.yaml", "--role", "boss", "--key", "boss.pem", "--name", "A. Boss").ShouldSucceed();
        }

        string[] Serve(string results, params string[] more) => ["serve", model, "--port", "0", "--no-browser", "--store", "none", "--gate", "policy.yaml", "--gate-evidence", "evaluations", "--gate-evidence", results, .. more];
        // The system is served as it was signed, and so are the weights alone, also where a moderator only says what it finds.
        foreach (var signed in new[] { Serve("system", "--moderate", "filter.json"), Serve("bare", "--moderate", "filter.json", "--moderate-prompts", "score", "--moderate-answers", "score") })
        {
            using var serving = CliProcess.Start(_folder.Root, signed);
            serving.WaitForOutput("OPENAI_BASE_URL=");
            serving.Signal(CliProcess.Interrupt);
            serving.Wait().ExitCode.ShouldBe(0);
        }

        // Nothing else is.
        Refused("is of the model behind its filters, and this server has none: serve it with --moderate FILE", Serve("system"));
        Refused("is of the weights alone, and this server puts filter.json before and behind them", Serve("bare", "--moderate", "filter.json"));
        Refused("is of the model behind another filter than filter.json@0.7", Serve("system", "--moderate", "filter.json", "--moderate-threshold", "0.7"));
        Refused("is of the model behind another filter than other.json", Serve("system", "--moderate", "other.json"));
        Cli(Serve("system", "--moderate", "filter.json", "--moderate-answers", "score")).ShouldBeUserMistake().ShouldContain("of which only prompts, or only answers, are withheld");

        var carded = Cli("card", model, "--evidence", "evaluations", "--gate", "system", "--output", "card.md").ShouldSucceed();
        carded.Output.ShouldContain("(behind harmful-prompts ");
        File.ReadAllText(Path.Combine(_folder.Root, "card.md")).ShouldContain("|  | This model | Behind its filters | n |");
        Cli("card", model, "--filters", "filter.json", "--check", "card.md").ShouldSucceed();
        Cli("card", model, "--filters", "other.json", "--check", "card.md").ExitCode.ShouldBe(4);

        void Refused(string why, string[] serve)
        {
            var refused = Cli(serve);
            refused.ExitCode.ShouldBeOneOf(3, 4);
            refused.Error.ShouldContain(why);
        }
    }

    [Fact]
    public void Policies_are_listed_copied_checked_and_have_a_schema()
    {
        Cli("gate", "policies").ShouldSucceed().Output.ShouldContain("frontier-framework");
        Cli("gate", "policies", "--copy").ShouldSucceed().Output.ShouldContain("pf-v1-beta.yaml");
        Cli("gate", "check", "policies/frontier-framework.yaml").ShouldSucceed().Output.ShouldContain("the task scheming-scenarios is not built: it cannot be told");
        JsonDocument.Parse(Cli("gate", "schema").ShouldSucceed().Output).RootElement.GetProperty("properties").TryGetProperty("gates", out _).ShouldBeTrue();
    }

    [Theory]
    [InlineData("Which model?", "gate", "--policy", "pf-v2")]
    [InlineData("By which policy?", "gate", "nowhere")]
    [InlineData("There is no such policy", "gate", "nowhere", "--policy", "none.yaml")]
    [InlineData("There is no such file or folder", "gate", "nowhere", "--policy", "pf-v2")]
    [InlineData("A gate is about weights", "gate", "openai:o1", "--policy", "pf-v2")]
    [InlineData("no test \"ctf\"", "gate", "nowhere", "--policy", "pf-v2", "--explain", "ctf")]
    [InlineData("is not one of develop, internal, deploy, open-weights", "gate", "nowhere", "--policy", "pf-v2", "--for", "sell")]
    [InlineData("There is no gate that evidence would be for", "serve", "model.gguf", "--gate-evidence", "evaluations")]
    [InlineData("There is no such file of weights", "serve", ".", "--moderate", "none.json")]
    [InlineData("The policy is read by a model, and none is named", "serve", ".", "--moderate", "policy")]
    [InlineData("Nothing is judged by the policy", "serve", ".", "--moderate", "none.json", "--policy", "general")]
    [InlineData("There is no monitor \"fabricaton\"", "serve", ".", "--monitor", "fabricaton")]
    [InlineData("Nobody reads the thoughts", "serve", ".", "--monitor-keep", "thoughts.jsonl")]
    [InlineData("Which result?", "approve", "--policy", "pf-v2", "--role", "r", "--key", "k", "--name", "n")]
    [InlineData("There is no such result", "approve", "nowhere", "--policy", "pf-v2", "--role", "r", "--key", "k", "--name", "n")]
    [InlineData("The classification would change nothing: it is of the state \"post\", which the policy never looks at", "approve", "precaution", "nowhere", "--category", "biological-chemical", "--level", "high", "--because", "b", "--policy", "pf-v2", "--role", "safety_advisory_group", "--key", "k", "--name", "n", "--out", "evidence")]
    [InlineData("Whose card?", "card")]
    [InlineData("There is no such card", "card", "diff", "a.json", "b.json")]
    [InlineData("End its name in .html, .md or .json", "card", "nowhere", "--output", "card.pdf")]
    public void A_mistake_is_one_message(string said, params string[] arguments) => Cli(arguments).ShouldBeUserMistake().ShouldContain(said);

    private CliResult Cli(params string[] arguments) => CliProcess.Run(_folder.Root, arguments);
}
