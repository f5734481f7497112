using System.Text.RegularExpressions;
using Deliberate.Testing;

namespace Deliberate.Cli.Tests;

/// <summary>The program serves a model within the memory that it is told, and says what is wrong with a bound before it serves.</summary>
public sealed partial class ServeCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("much")]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1GiB")]
    [InlineData("4 Gb of it")]
    [InlineData("99999999999999TiB")]
    public void A_bound_that_is_no_size_is_refused(string size) => Serve(size).ShouldBeUserMistake().ShouldContain($"--cache-bytes: \"{size}\" is not a size such as 800MB, 2GiB");

    [Fact]
    public void A_bound_that_holds_no_request_says_what_the_shortest_takes()
    {
        var said = Serve("1kB").ShouldBeUserMistake();
        said.ShouldContain("--cache-bytes");
        said.ShouldContain("1000 bytes hold no request: the shortest takes 131072 bytes");
    }

    [Fact]
    public async Task A_bound_is_kept_and_told()
    {
        using var program = CliProcess.Start(_folder.Root, Arguments("256KiB"));
        program.WaitForOutput("OPENAI_BASE_URL=");
        using var client = new HttpClient { BaseAddress = new Uri(Base().Match(program.Output).Groups[1].Value) };
        using var answer = await client.PostAsync("/v1/chat/completions", new StringContent("""{"model":"m","messages":[{"role":"user","content":"a"}],"max_tokens":3}""", System.Text.Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        (await client.GetStringAsync("/metrics", TestContext.Current.CancellationToken)).ShouldContain("deliberate_cache_limit_bytes{model=\"m\"} 262144\n");
    }

    private CliResult Serve(string size) => CliProcess.Run(_folder.Root, Arguments(size));

    private static string[] Arguments(string size) => ["serve", $"m={SharedFolder.Path("fixtures", "models", "qwen3")}", "--port", "0", "--no-browser", "--store", "none", "--cache-bytes", size];

    [GeneratedRegex(@"OPENAI_BASE_URL=(http://127\.0\.0\.1:[0-9]+)/v1")]
    private static partial Regex Base();
}
