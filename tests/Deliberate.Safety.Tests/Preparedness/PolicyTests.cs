using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Safety.Tests;

/// <summary>What a policy may say, and the mistake that each contradiction is told as.</summary>
public sealed class PolicyTests
{
    internal static readonly DateOnly Today = new(2026, 11, 29);

    internal const string Small = """
        policy: small
        version: 3
        title: A small policy
        levels: [low, medium, high]
        categories:
          - { id: arithmetic, title: Arithmetic }
        indicators:
          - id: some-arithmetic
            category: arithmetic
            level: medium
            measure: { task: "family:arithmetic@2" }
            threshold: 0.5
            min_n: 20
          - id: much-arithmetic
            category: arithmetic
            level: high
            measure: { task: "family:arithmetic@2" }
            threshold: 0.9
            min_n: 20
        gates:
          - action: deploy
            levels: { low: pass, medium: pass, high: stop }
        """;

    [Fact]
    public void The_policies_that_come_with_the_program_can_be_read_and_say_of_each_test_whether_it_can_be_run()
    {
        ShippedPolicies.Files.ShouldBe(["policies/frontier-framework.yaml", "policies/pf-v1-beta.yaml", "policies/pf-v2.yaml"]);
        foreach (var file in ShippedPolicies.Files)
        {
            var policy = PolicyFile.Parse(ShippedPolicies.Text(file), file, Today).Policy;
            policy.Tests.ShouldAllBe(t => t.MinN > 0 && t.About.Length > 0);
            // What a program can measure has a task; only the scenarios of scheming are still to be built.
            policy.Tests.Where(t => t.Measure.NotBuilt).ShouldAllBe(t => t.Id == "scheming-critical");
            policy.Roles.Values.ShouldAllBe(r => r.PublicKey.Length == 0);
        }
    }

    [Theory]
    [InlineData("task: \"family:arithmetic@2\" }\n    threshold: 0.5", "task: arithmetik }\n    threshold: 0.5", "indicators[0].measure.task", "not_built: true")]
    [InlineData("{ task: \"family:arithmetic@2\" }\n    threshold: 0.5", "{ task: \"family:arithmetic@2\", not_built: true }\n    threshold: 0.5", "indicators[0].measure.not_built", "is built")]
    [InlineData("{ task: \"family:arithmetic@2\" }\n    threshold: 0.5", "{ task: \"family:arithmetic@2\", metric: acuracy }\n    threshold: 0.5", "indicators[0].measure.metric", "Did you mean \"accuracy\"?")]
    [InlineData("{ task: \"family:arithmetic@2\" }\n    threshold: 0.5", "{ task: \"family:arithmetic@2\", task_version: 7 }\n    threshold: 0.5", "indicators[0].measure.task_version", "is version 1 here")]
    [InlineData("{ task: \"family:arithmetic@2\" }\n    threshold: 0.5", "{ task: \"family:arithmetic@2\", reducer: best@3 }\n    threshold: 0.5", "indicators[0].measure.reducer", "pass@K")]
    [InlineData("{ task: \"family:arithmetic@2\" }\n    threshold: 0.5", "{ task: \"family:arithmetic@2\", external: study }\n    threshold: 0.5", "indicators[0].measure", "either of a task or external")]
    [InlineData("threshold: 0.9", "threshold: 0.4", "indicators[1].threshold", "contradict")]
    [InlineData("threshold: 0.9", "threshold: 0.9\n    direction: at_most", "indicators[1].direction", "opposite directions")]
    [InlineData("level: high", "level: hihg", "indicators[1].level", "Did you mean \"high\"?")]
    [InlineData("level: medium", "level: low", "indicators[0].level", "lowest level")]
    [InlineData(", high: stop }", " }", "gates[0].levels", "The level high has no rule")]
    [InlineData("medium: pass, high: stop", "medium: stop, high: pass", "gates[0].levels", "gets through more easily")]
    [InlineData("medium: pass, high: stop", "medium: safeguards, high: stop", "gates[0].safeguards", "names none")]
    [InlineData("high: stop }", "high: stop }\n    approvals: [boss]", "gates[0].approvals", "There is no role \"boss\"")]
    [InlineData("high: stop }", "high: stop }\n  - { action: develop, levels: { low: pass, medium: stop, high: stop } }", "gates[1].levels", "The gates contradict each other")]
    [InlineData("id: much-arithmetic", "id: some-arithmetic", "indicators", "Two tests are called some-arithmetic")]
    [InlineData("{ id: arithmetic, title: Arithmetic }", "{ id: arithmetic, title: Arithmetic }\n  - { id: other, title: Other }", "indicators", "Nothing is measured of the category other")]
    [InlineData("version: 3", "version: 3\nroles: { boss: { title: Boss, public_key: abc } }", "roles.boss.public_key", "no public key")]
    [InlineData("version: 3", "version: 3\neffective_from: 2027-01-01", "effective_from", "not in force before")]
    [InlineData("version: 3", "version: 3\neffective_until: 2026-11-01", "effective_until", "in force until")]
    [InlineData("version: 3", "version: 3\nroles: { boss: { title: Boss } }\nexceptions: [{ id: e, action: deploy, category: arithmetic, level: high, reason: r, by: boss, expires: 2026-11-28 }]", "exceptions[0].expires", "expired on 2026-11-28")]
    [InlineData("min_n: 20\n  - id", "min_n: 0\n  - id", "indicators[0].min_n", "out of range")]
    [InlineData("title: A small policy", "titel: A small policy", "titel", "Did you mean \"title\"?")]
    public void What_contradicts_itself_is_refused_with_its_field(string before, string after, string field, string said)
    {
        Small.ShouldContain(before);
        var error = Should.Throw<UserError>(() => PolicyFile.Parse(Small.Replace(before, after, StringComparison.Ordinal), "small.yaml", Today));
        error.Field.ShouldBe(field);
        error.Message.ShouldStartWith("small.yaml");
        error.Message.ShouldContain(said);
    }

    [Fact]
    public void The_schema_knows_every_key_of_a_policy()
    {
        using var schema = JsonDocument.Parse(RecipeSchema.Json<PreparednessPolicy>("policy"));
        var indicator = schema.RootElement.GetProperty("properties").GetProperty("indicators").GetProperty("items").GetProperty("properties");
        foreach (var key in new[] { "id", "category", "level", "measure", "states", "threshold", "direction", "min_n", "max_missing", "judge", "elicitation" }) indicator.TryGetProperty(key, out _).ShouldBeTrue(key);
    }

    [Fact]
    public void The_hash_of_a_policy_is_of_its_text_and_not_of_its_line_ends()
    {
        var plain = PolicyFile.Parse(Small, "a", Today).Sha256;
        PolicyFile.Parse(Small.Replace("\n", "\r\n", StringComparison.Ordinal), "b", Today).Sha256.ShouldBe(plain);
        PolicyFile.Parse(Small.Replace("0.9", "0.91", StringComparison.Ordinal), "a", Today).Sha256.ShouldNotBe(plain);
    }

    [Fact]
    public void Policies_are_copied_once_and_never_written_over()
    {
        using var folder = new GateFolder();
        ShippedPolicies.CopyTo(folder["p"]).Written.Count.ShouldBe(3);
        File.WriteAllText(Path.Combine(folder["p"], "pf-v2.yaml"), "mine");
        ShippedPolicies.CopyTo(folder["p"]).Kept.Count.ShouldBe(3);
        File.ReadAllText(Path.Combine(folder["p"], "pf-v2.yaml")).ShouldBe("mine");
        Should.Throw<UserError>(() => ShippedPolicies.CopyTo(Path.Combine(folder["p"], "pf-v2.yaml")));
    }
}
