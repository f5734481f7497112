using System.Text.Json;
using Deliberate.Testing;

namespace Deliberate.Cli.Tests;

/// <summary>The configuration as users meet it, before servers that know the key and say it wherever they can.</summary>
public sealed class ConfigCommandTests : IDisposable
{
    private const string Models = """{"data": [{"id": "small"}, {"id": "large"}]}""";

    private readonly TemporaryFolder _folder = new();
    /// <summary>With signs that JSON and addresses write otherwise.</summary>
    private readonly string _canary = $"canary/{Guid.NewGuid():N}+&'=";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_provider_is_asked_and_what_is_wrong_decides_the_exit_code()
    {
        using var good = ScriptedServer.Of(ScriptedServer.Answer(200, Models));
        using var locked = ScriptedServer.Of(ScriptedServer.Answer(401, """{"error": {"message": "no such key"}}"""));
        using var broken = ScriptedServer.Of(ScriptedServer.Answer(500, "{}"));
        Configure(("good", good.Address), ("broken", broken.Address), ("locked", locked.Address));
        var check = Run(0, "config", "check");
        check.Output.ShouldContain("good             key is there");
        good.Connections.ShouldBe(0);
        Run(0, "config", "check", "--connect", "--provider", "good").Output.ShouldContain("good             answers, 2 models: large, small");
        Run(3, "config", "check", "--connect", "--provider", "broken").Output.ShouldContain("failed (500)");
        var all = JsonSerializer.Deserialize<JsonElement>(Run(2, "config", "check", "--connect", "--json").Output).GetProperty("providers");
        all.EnumerateArray().Select(p => (p.GetProperty("provider").GetString(), p.GetProperty("state").GetString())).ShouldBe([("broken", "server error"), ("good", "answers"), ("locked", "wrong key")]);
    }

    [Fact]
    public void Offline_by_option_variable_or_file_asks_nobody_who_is_not_allowed()
    {
        using var server = ScriptedServer.Of(ScriptedServer.Answer(200, Models));
        Configure(("far", server.Address));
        var text = File.ReadAllText(Path.Combine(_folder.Root, "deliberate.yaml")).Replace("kind: openai", "allowed_offline: false", StringComparison.Ordinal);
        _folder.File("deliberate.yaml", text);
        Run(3, "config", "check", "--connect", "--offline").Output.ShouldContain("this is offline mode (--offline)");
        Run(3, [("DELIBERATE_OFFLINE", "1")], "config", "check", "--connect").Output.ShouldContain("this is offline mode (DELIBERATE_OFFLINE=1)");
        _folder.File("deliberate.yaml", "offline: true\n" + text);
        Run(3, "config", "check", "--connect").Output.ShouldContain("offline: true in");
        server.Connections.ShouldBe(0);
        _folder.File("deliberate.yaml", text);
        Run(0, "config", "check", "--connect").Output.ShouldContain("answers");
        Run(2, [("DELIBERATE_OFFLINE", "maybe")], "config", "check").Error.ShouldContain("DELIBERATE_OFFLINE is neither 1 nor 0.");
    }

    [Fact]
    public void A_canary_key_is_in_no_output_error_or_file_whatever_the_server_says_with_it()
    {
        string Said(string head) => head.Split("\r\n").FirstOrDefault(line => line.StartsWith("Authorization:", StringComparison.Ordinal)) ?? "";
        (string Name, Func<string, string> Answer)[] servers =
        [
            ("right", head => ScriptedServer.Answer(200, $$"""{"data": [{"id": "{{Said(head)}}"}]}""")),
            ("denied", head => ScriptedServer.Answer(401, $$$"""{"error": {"message": "{{{Said(head)}}} is no key"}}""")),
            ("lost", head => ScriptedServer.Answer(404, Said(head))),
            ("busy", head => ScriptedServer.Answer(429, Said(head), $"Retry-After: 9999\r\nX-Key: {Said(head)}\r\n")),
            ("failed", head => ScriptedServer.Answer(500, $"Traceback: {Said(head)} in line 7")),
            ("moved", head => ScriptedServer.Answer(302, "", $"Location: http://h/?{Said(head).Replace(" ", "%20", StringComparison.Ordinal)}\r\n")),
            ("garbled", head => ScriptedServer.Answer(200, $"[{Said(head)}")),
            ("cut", head => ScriptedServer.Answer(200, $$"""{"data": [{"id": "{{Said(head)}}"}]}""")[..^30]),
            ("noise", head => $"HTTP/1.1 2x0 {Said(head)}\r\n\r\n"),
        ];
        var running = servers.Select(s => new ScriptedServer((head, stream, token) => stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(s.Answer(head)), token).AsTask())).ToArray();
        try
        {
            Configure([.. servers.Zip(running, (s, r) => (s.Name, r.Address))]);
            foreach (string[] line in new string[][] { ["config", "show"], ["config", "show", "--json"], ["config", "check"], ["config", "check", "--connect"], ["config", "check", "--connect", "--json"], ["config", "schema", "--output", "schema.json"] })
            {
                var result = Run(null, line);
                (result.Output + result.Error).ShouldNotContain(_canary);
                (result.Output + result.Error).ShouldNotContain(Uri.EscapeDataString(_canary));
            }

            foreach (var server in running) server.Requests.Count.ShouldBeGreaterThan(1);
            running.ShouldAllBe(server => server.Requests[0].Contains($"Bearer {_canary}", StringComparison.Ordinal));
            foreach (var file in Directory.GetFiles(_folder.Root)) File.ReadAllText(file).ShouldNotContain(_canary, Case.Sensitive, file);
        }
        finally
        {
            foreach (var server in running) server.Dispose();
        }
    }

    [Fact]
    public void A_key_in_clear_text_is_warned_about_and_not_shown_by_any_command()
    {
        using var server = ScriptedServer.Of(ScriptedServer.Answer(200, Models));
        _folder.File("deliberate.yaml", $"providers:\n  a:\n    address: {server.Address}\n    api_key: {_canary}\n");
        foreach (string[] line in new string[][] { ["config", "show"], ["config", "check", "--connect"] })
        {
            var result = Run(0, line);
            result.Error.ShouldContain("deliberate.yaml:4:5: providers.a.api_key: A key in clear text. It is not used.");
            (result.Output + result.Error).ShouldNotContain(_canary);
        }

        server.Requests.ShouldAllBe(head => !head.Contains(_canary, StringComparison.Ordinal));
    }

    [Fact]
    public void Without_a_configuration_the_defaults_hold_and_a_check_says_that_there_is_none()
    {
        Run(0, "config", "show").Output.ShouldContain("file     none: no deliberate.yaml");
        Run(2, "config", "check").Error.ShouldContain("There is no deliberate.yaml in this folder");
        Run(2, "config").Error.ShouldContain("What is to be done with the configuration?");
        Configure(("good", "http://127.0.0.1:1/v1"));
        Run(2, "config", "check", "--provider", "god").Output.ShouldContain("There is no provider \"god\". Did you mean \"good\"?");
        JsonSerializer.Deserialize<JsonElement>(Run(0, "config", "schema").Output).GetProperty("properties").GetProperty("providers").GetProperty("additionalProperties").GetProperty("properties").GetProperty("key_env").GetProperty("description").GetString().ShouldNotBeNullOrEmpty();
    }

    private void Configure(params (string Name, string Address)[] providers) =>
        _folder.File("deliberate.yaml", "providers:\n" + string.Concat(providers.Select(p => $"  {p.Name}:\n    kind: openai\n    address: {p.Address}\n    key_env: CANARY\n    limits: {{ retries: 1, max_retry_wait_s: 0.02 }}\n")));

    private CliResult Run(int? code, params string[] line) => Run(code, [], line);

    private CliResult Run(int? code, (string, string)[] environment, params string[] line)
    {
        // Without the configuration of whoever runs the tests.
        var result = CliProcess.RunIn([("CANARY", _canary), ("XDG_CONFIG_HOME", _folder.Root), ("DELIBERATE_OFFLINE", ""), .. environment], _folder.Root, line);
        if (code is not null) result.ExitCode.ShouldBe(code.Value, result.Output + result.Error);
        return result;
    }
}
