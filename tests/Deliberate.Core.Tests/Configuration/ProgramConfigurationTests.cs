namespace Deliberate.Core.Tests;

public sealed class ProgramConfigurationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _secret = $"sk-canary{Guid.NewGuid():N}";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Providers_are_read_with_limits_and_prices()
    {
        var provider = Load("""
            providers:
              openai:
                address: https://api.openai.com/v1
                key_env: OPENAI_API_KEY
                limits: { concurrency: 32, requests_per_minute: 500, retries: 0 }
                prices:
                  gpt-5: { input: 1.25, output: 10, cached_input: 0.125 }
              local: { address: "http://localhost:11434/v1/" }
            """).Settings.Providers;
        provider["openai"].Limits.ShouldBe(new ProviderLimits { Concurrency = 32, RequestsPerMinute = 500, Retries = 0 });
        provider["openai"].Prices["gpt-5"].ShouldBe(new ModelPrice { Input = 1.25, Output = 10, CachedInput = 0.125 });
        (provider["openai"].IsAllowedOffline, provider["local"].IsAllowedOffline).ShouldBe((false, true));
        provider["local"].Endpoint.ShouldBe(new Uri("http://localhost:11434/v1/"));
        provider["local"].HasKey.ShouldBeFalse();
    }

    [Theory]
    [InlineData("provider: {}", "1:1: provider: Unknown key. Did you mean \"providers\"?")]
    [InlineData("providers: { a: { address: http://h/v1, adress: x } }", "providers.a.adress: Unknown key. Did you mean \"address\"?")]
    [InlineData("providers: { a: { key_env: X } }", "providers.a.address: The key is missing.")]
    [InlineData("providers: { a: { address: api.openai.com } }", "providers.a.address: This is no address")]
    [InlineData("providers: { a: { address: \"ftp://h/v1\" } }", "providers.a.address: This is no address")]
    [InlineData("providers: { a: { address: \"https://h/v1?x=1\" } }", "without ? and #")]
    [InlineData("providers: { a: { address: http://h/v1, kind: opnai } }", "Did you mean \"openai\"?")]
    [InlineData("providers: { a: { address: http://h/v1, key_env: X, key_file: y } }", "providers.a.key_file: There is one key")]
    [InlineData("providers: { a: { address: http://h/v1, limits: { concurrency: 0 } } }", "0 is out of range")]
    [InlineData("providers: { A b: { address: http://h/v1 } }", "\"A b\" is no name of a provider")]
    public void A_mistake_names_its_place(string text, string says)
    {
        var error = Should.Throw<UserError>(() => Load(text));
        error.Message.ShouldContain(says);
        error.File.ShouldBe(_folder["deliberate.yaml"]);
    }

    [Fact]
    public void A_key_in_clear_text_is_warned_about_not_used_and_not_shown()
    {
        foreach (var name in new[] { "api_key", "key", "token" })
        {
            var configuration = Load($"providers:\n  a:\n    address: http://h/v1\n    {name}: my own pass {_secret[3..]}\n");
            configuration.Provider("a").HasKey.ShouldBeFalse();
            configuration.Warnings.ShouldHaveSingleItem().ShouldContain($"deliberate.yaml:4:5: providers.a.{name}: A key in clear text. It is not used.");
            configuration.Warnings[0].ShouldNotContain(_secret[3..]);
        }
    }

    [Theory]
    [InlineData("providers: { a: { address: http://h/v1, key_env: SECRET } }")]
    [InlineData("providers: { a: { address: http://h/v1, kind: SECRET } }")]
    [InlineData("providers: { a: { address: http://h/v1, limits: { retries: SECRET } } }")]
    [InlineData("providers: { a: { address: http://h/v1, SECRET: 1 } }")]
    [InlineData("providers: { a: \"api_key SECRET\" }")]
    [InlineData("providers: { a: { address: \"https://me:SECRET@h/v1\" } }")]
    [InlineData("offline: SECRET")]
    [InlineData("SECRET: 1")]
    public void A_key_in_the_wrong_place_is_in_no_message(string text)
    {
        var error = Should.Throw<UserError>(() => Load(text.Replace("SECRET", _secret, StringComparison.Ordinal)));
        Secrets.Redact(error.Message).ShouldNotContain(_secret[..16], Case.Sensitive, error.Message);
        Secrets.Redact(error.ToString()).ShouldNotContain(_secret[..16]);
    }

    [Fact]
    public void A_key_that_would_go_to_another_machine_in_clear_is_warned_about()
    {
        Load("providers: { a: { address: http://h/v1, key_env: X }, b: { address: \"http://localhost/v1\", key_env: X }, c: { address: http://h/v1 } }").Warnings.ShouldHaveSingleItem().ShouldContain("providers.a.address: The key goes to another machine without encryption");
    }

    [Fact]
    public void A_file_of_notes_alone_says_nothing()
    {
        Load("# providers: {}\n\n").Settings.Providers.ShouldBeEmpty();
        Load("").Offline.ShouldBeNull();
    }

    [Fact]
    public void A_key_is_had_from_a_variable_or_a_file_and_its_absence_is_told()
    {
        var variable = $"DELIBERATE_TEST_{Guid.NewGuid():N}";
        var configuration = Load($"providers:\n  a: {{ address: http://h/v1, key_env: {variable} }}\n  b: {{ address: http://h/v1, key_file: b.key }}\n");
        Should.Throw<UserError>(() => configuration.Key("a")).Message.ShouldContain($"providers.a.key_env: The environment variable {variable} is not set.");
        Should.Throw<UserError>(() => configuration.Key("b")).Message.ShouldContain("b.key: providers.b.key_file: There is no such file.");
        Should.Throw<UserError>(() => configuration.Key("c")).Message.ShouldContain("There is no provider \"c\".");
        File.WriteAllText(_folder["b.key"], "  \n");
        Should.Throw<UserError>(() => configuration.Key("b")).Message.ShouldContain("The file is empty.");
        File.WriteAllText(_folder["b.key"], $"{_secret}\nand more\n");
        Secrets.Redact(Should.Throw<UserError>(() => configuration.Key("b")).Message).ShouldNotContain(_secret);
        File.WriteAllText(_folder["b.key"], $"{_secret}\n");
        configuration.Key("b").ShouldBe(_secret);
        Environment.SetEnvironmentVariable(variable, _secret + "2");
        configuration.Key("a").ShouldBe(_secret + "2");
        Secrets.Redact($"a {_secret}2 b {_secret}").ShouldBe("a [key] b [key]");
    }

    [Fact]
    public void The_first_file_upwards_is_the_one()
    {
        Directory.CreateDirectory(_folder["a/b/c"]);
        File.WriteAllText(_folder["deliberate.yaml"], "offline: true\n");
        ProgramConfiguration.Find(_folder["a/b/c"]).ShouldBe(_folder["deliberate.yaml"]);
        File.WriteAllText(_folder["a/deliberate.yaml"], "offline: false\n");
        ProgramConfiguration.Find(_folder["a/b/c"]).ShouldBe(_folder["a/deliberate.yaml"]);
        ProgramConfiguration.Load(_folder["deliberate.yaml"], offline: false).Offline.ShouldBe($"offline: true in {_folder["deliberate.yaml"]}");
        ProgramConfiguration.Load(_folder["a/deliberate.yaml"], offline: true).Offline.ShouldBe("--offline");
        Should.Throw<UserError>(() => ProgramConfiguration.Load(_folder["nowhere.yaml"], offline: false)).Message.ShouldContain("There is no such configuration.");
    }

    [Fact]
    public void A_key_that_is_logged_is_not_in_the_log()
    {
        Secrets.Remember(_secret);
        using (var log = LogWriter.Create(_folder["x.log"], json => json.WriteString("note", $"with {_secret}"))) log.Append("sample", _secret, json => json.WriteString("text", $"it said \"{_secret}\""));
        File.ReadAllText(_folder["x.log"]).ShouldNotContain(_secret);
        using var read = LogReader.Open(_folder["x.log"]);
        read.Read(1).Body.GetProperty("text").GetString().ShouldBe("it said \"[key]\"");
    }

    private ProgramConfiguration Load(string text)
    {
        File.WriteAllText(_folder["deliberate.yaml"], text);
        return ProgramConfiguration.Load(_folder["deliberate.yaml"], offline: false);
    }
}
