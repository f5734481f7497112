using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Deliberate.Testing;

namespace Deliberate.Cli.Tests;

/// <summary>Evaluations of tasks as users meet them: exit codes, what is said before anything is spent, comparing, going on.</summary>
public sealed class EvaluationCommandTests : IDisposable
{
    private const string Sums = """
        name: sums
        items:
          - { id: a, prompt: "1+1?", answer: "2", tags: { size: small } }
          - { id: b, prompt: "2+3?", answer: "5", tags: { size: small } }
          - { id: c, prompt: "20+3?", answer: "23", tags: { size: large } }
        scorers: [{ kind: includes }]
        slice_by: size
        """;

    private readonly TemporaryFolder _folder = new();

    public EvaluationCommandTests() => _folder.File("sums.yaml", Sums);

    public void Dispose() => _folder.Dispose();

    private CliResult Eval(params string[] arguments) => CliProcess.Run(_folder.Root, ["eval", .. arguments]);

    [Fact]
    public void Requirements_decide_the_exit_code_and_junit_has_a_line_each()
    {
        var holds = Eval("sums.yaml", "--model", "mock:2 5 23", "--out", "right", "--require", "sums.accuracy >= 0.3", "--junit", "j.xml").ShouldSucceed().Output;
        holds.ShouldContain("holds");
        File.ReadAllText(Path.Combine(_folder.Root, "j.xml")).ShouldContain("tests=\"1\" failures=\"0\" errors=\"0\"");
        Eval("sums.yaml", "--model", "mock:nothing", "--out", "wrong", "--require", "sums.accuracy >= 0.9").ExitCode.ShouldBe(1);
        Eval("sums.yaml", "--model", "mock:2 5 23", "--out", "unsure", "--require", "sums.accuracy >= 0.9").ExitCode.ShouldBe(3);
        using var json = JsonDocument.Parse(Eval("sums.yaml", "--model", "mock:2 and 5", "--out", "json", "--json", "--require", "sums.accuracy[small] >= 0.2").ShouldSucceed().Output);
        var measures = json.RootElement.GetProperty("results")[0].GetProperty("measures").EnumerateArray().Select(m => (m.GetProperty("name").GetString(), m.TryGetProperty("slice", out var slice) ? slice.GetString() : "", m.GetProperty("value").GetDouble())).ToArray();
        measures.ShouldContain(("accuracy", "small", 1.0));
        measures.ShouldContain(("accuracy", "large", 0.0));
        json.RootElement.GetProperty("requirements")[0].GetProperty("finding").GetString().ShouldBe("holds");
    }

    [Fact]
    public void Models_are_compared_and_what_differs_is_said()
    {
        Eval("sums.yaml", "--model", "mock:2", "--model", "mock:2 5 23", "--compare", "--out", "a").ShouldSucceed().Output.ShouldContain("from mock:2 to mock:2 5 23");
        Eval("sums.yaml", "--model", "mock:2", "--out", "b", "--max-tokens", "7").ShouldSucceed();
        var said = Eval("compare", "a", "b").ShouldSucceed().Output;
        said.ShouldContain("the token budgets are 2048 and 7");
        said.ShouldNotContain("from mock:2 5 23 to mock:2 5 23");
        Eval("compare", "a", "b", "--json").ShouldSucceed().Output.ShouldContain("\"p_holm\"");
    }

    [Fact]
    public void A_changed_log_ends_in_4_and_what_is_recorded_is_asked_again_of_nobody()
    {
        Eval("sums.yaml", "--model", "mock:2 5 23", "--out", "out").ShouldSucceed();
        Eval("resume", "out").ShouldSucceed().Output.ShouldContain("3 pass");
        var log = Directory.GetFiles(Path.Combine(_folder.Root, "out"), "*.log").Single();
        Eval("sums.yaml", "--model", $"replay:{log}", "--out", "again").ShouldSucceed().Output.ShouldContain("3 pass");
        var bytes = File.ReadAllBytes(log);
        bytes[bytes.AsSpan().IndexOf("23\",\"answer\""u8)] = (byte)'9';
        File.WriteAllBytes(log, bytes);
        Eval("resume", "out").ExitCode.ShouldBe(4);
        Eval("compare", "out", "again").ExitCode.ShouldBe(4);
    }

    [Fact]
    public void A_wrong_key_or_model_is_one_message_before_anything_is_asked()
    {
        using var refusing = ScriptedServer.Of(ScriptedServer.Answer(401, """{"error":{"message":"bad key"}}"""));
        using var other = ScriptedServer.Of(ScriptedServer.Answer(200, """{"data":[{"id":"large"}]}"""));
        _folder.File("deliberate.yaml", $"providers:\n  refusing: {{ address: \"{refusing.Address}\" }}\n  other: {{ address: \"{other.Address}\" }}\n  keyed: {{ address: \"{other.Address}\", key_env: NO_SUCH_KEY_HERE }}\n  far: {{ address: \"https://192.0.2.1/v1\" }}\n");
        Eval("sums.yaml", "--model", "refusing:m", "--out", "x").ShouldBeUserMistake().ShouldContain("does not accept the key");
        Eval("sums.yaml", "--model", "other:lrge", "--out", "x").ShouldBeUserMistake().ShouldContain("Did you mean \"large\"?");
        Eval("sums.yaml", "--model", "keyed:large", "--out", "x").ShouldBeUserMistake().ShouldContain("NO_SUCH_KEY_HERE is not set");
        Eval("sums.yaml", "--model", "far:m", "--offline", "--out", "x").ShouldBeUserMistake().ShouldContain("offline mode");
        refusing.Requests.Concat(other.Requests).ShouldAllBe(r => r.StartsWith("GET "));
        Directory.Exists(Path.Combine(_folder.Root, "x")).ShouldBeFalse();
    }

    [Fact]
    public void A_certificate_that_nobody_vouches_for_is_one_message_before_the_key_is_sent()
    {
        using var key = RSA.Create(2048);
        using var own = new CertificateRequest("CN=somebody", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        using var certificate = X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pfx), null);
        using var server = new ScriptedServer((_, stream, token) => stream.WriteAsync(Encoding.UTF8.GetBytes(ScriptedServer.Answer(200, """{"data":[{"id":"m"}]}""")), token).AsTask(), certificate);
        _folder.File("deliberate.yaml", $"providers:\n  secure: {{ address: \"{server.Address}\" }}\n");
        Eval("sums.yaml", "--model", "secure:m", "--out", "x").ShouldBeUserMistake().ShouldContain("shows a certificate that is not trusted");
        Directory.Exists(Path.Combine(_folder.Root, "x")).ShouldBeFalse();
    }

    [Fact]
    public void What_the_last_task_lacks_is_found_before_the_first_is_asked()
    {
        Eval("sums.yaml", "gsm8k", "--model", "mock:2", "--data", ".", "--out", "late").ShouldBeUserMistake().ShouldContain("gsm8k");
        Directory.Exists(Path.Combine(_folder.Root, "late")).ShouldBeFalse("nothing was asked, so nothing is left");
    }

    [Theory]
    [InlineData("A task, and no model to ask", "sums.yaml")]
    [InlineData("There is no task \"sum\"", "sum", "--model", "mock")]
    [InlineData("There is no provider \"nope\"", "sums.yaml", "--model", "nope:x")]
    [InlineData("has no metric \"acuracy\"", "sums.yaml", "--model", "mock", "--require", "sums.acuracy >= 1")]
    [InlineData("is named twice", "sums.yaml", "--model", "mock", "--model", "mock")]
    [InlineData("nothing to compare", "sums.yaml", "--model", "mock", "--compare")]
    [InlineData("With --model each task has a log of its own", "sums.yaml", "--model", "mock", "--log", "a.log")]
    [InlineData("what mock costs is not known", "sums.yaml", "--model", "mock", "--cost-limit", "1")]
    [InlineData("holds no evaluation", "resume", ".")]
    public void A_mistake_is_one_message(string said, params string[] arguments) => Eval(arguments).ShouldBeUserMistake().ShouldContain(said);

    [Theory]
    [InlineData("--require", "arithmetic.accuracy >= 0.9")]
    [InlineData("--junit", "eval.xml")]
    [InlineData("--out", "out")]
    [InlineData("--search", "best-of-n:4")]
    [InlineData("--judge", "mock")]
    [InlineData("--transform", "rot13")]
    [InlineData("-T", "part=held-out")]
    [InlineData("--data", ".")]
    [InlineData("--max-missing", "0.05")]
    [InlineData("--cost-limit", "1")]
    [InlineData("--reasoning-effort", "low")]
    [InlineData("--compare")]
    [InlineData("--cache")]
    public void What_a_checkpoint_without_model_does_not_read_is_refused(params string[] option) =>
        Eval(["runs/my own", .. option]).ShouldBeUserMistake().ShouldBe($"error: {option[0]}: This is for tasks that a --model is asked. Ask the checkpoint a task: deliberate eval family:NAME@LEVEL --model 'runs/my own'");

    [Fact]
    public void Another_evaluation_is_not_written_into_a_folder()
    {
        Eval("sums.yaml", "--model", "mock", "--out", "out").ShouldSucceed();
        Eval("sums.yaml", "--model", "mock:2", "--out", "out").ShouldBeUserMistake().ShouldContain("holds another evaluation");
        Eval("sums.yaml", "--model", "mock", "--out", "out", "--epochs", "2").ShouldBeUserMistake().ShouldContain("the samples of an item are 1 and 2");
    }

    [Fact]
    public void Tasks_are_listed_and_their_schema_is_printed()
    {
        Eval("tasks").ShouldSucceed().Output.ShouldContain("family:countdown@");
        JsonDocument.Parse(Eval("schema").ShouldSucceed().Output).RootElement.GetProperty("properties").TryGetProperty("solvers", out _).ShouldBeTrue();
    }
}
