using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Deliberate.Testing;

namespace Deliberate.Core.Tests;

/// <summary>A provider that answers rightly, wrongly, late, in part or not at all: each is told in words, and no key is.</summary>
public sealed class ProviderProbeTests : IDisposable
{
    private const string Models = """{"object": "list", "data": [{"id": "small"}, {"id": "large"}]}""";

    private readonly TemporaryFolder _folder = new();
    private readonly string _key = $"canary-{Guid.NewGuid():N}";

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false, "Authorization: Bearer ")]
    [InlineData(true, "api-key: ")]
    public async Task The_models_are_asked_for_with_the_key(bool isAzure, string header)
    {
        using var server = ScriptedServer.Of(ScriptedServer.Answer(200, Models));
        var probe = await Ask(server, p => p with { Kind = isAzure ? ProviderKind.Azure : ProviderKind.Openai });
        probe.Failure.ShouldBeNull();
        probe.Models.ShouldBe(["large", "small"]);
        server.Requests[0].ShouldStartWith("GET /v1/models HTTP/1.1\r\n");
        server.Requests[0].ShouldContain(header + _key);
    }

    [Theory]
    [InlineData(401, nameof(ProviderFailureKind.WrongKey), "does not accept the key (401): Incorrect API key provided")]
    [InlineData(403, nameof(ProviderFailureKind.WrongKey), "does not accept the key (403)")]
    [InlineData(404, nameof(ProviderFailureKind.WrongAddress), "has nothing at /v1/models (404)")]
    [InlineData(400, nameof(ProviderFailureKind.Refused), "refuses the request (400)")]
    public async Task What_is_wrong_is_said_at_once_and_in_the_providers_words(int status, string kind, string says)
    {
        using var server = ScriptedServer.Of(ScriptedServer.Answer(status, $$$"""{"error": {"message": "Incorrect API key provided: {{{_key}}}.", "type": "invalid_request_error"}}"""));
        await ShouldFail(server, Enum.Parse<ProviderFailureKind>(kind), says, retries: 3);
        server.Requests.Count.ShouldBe(1, "trying again would not help");
    }

    [Theory]
    [InlineData(429, "Retry-After: 0\r\n")]
    [InlineData(503, "")]
    [InlineData(408, "")]
    public async Task What_passes_is_tried_again(int status, string headers)
    {
        var busy = ScriptedServer.Answer(status, "{}", headers);
        using var server = ScriptedServer.Of(busy, busy, ScriptedServer.Answer(200, Models));
        (await Ask(server, p => p with { Limits = p.Limits with { Retries = 2 } })).Failure.ShouldBeNull();
        server.Requests.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 3)]
    public async Task Tries_are_counted_and_can_be_switched_off(int retries, int requests)
    {
        using var server = ScriptedServer.Of(ScriptedServer.Answer(500, """{"error": "out of order"}"""));
        await ShouldFail(server, ProviderFailureKind.ServerError, "failed (500): out of order", retries);
        server.Requests.Count.ShouldBe(requests);
    }

    [Fact]
    public async Task A_provider_that_wants_to_be_left_alone_for_long_is()
    {
        using var server = ScriptedServer.Of(ScriptedServer.Answer(429, """{"error": {"message": "Rate limit reached"}}""", "Retry-After: 3600\r\n"));
        await ShouldFail(server, ProviderFailureKind.RateLimited, "asked too often (429), and to ask again after 3600 s: Rate limit reached", retries: 5);
        server.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("{\"data\": [{\"id\"", "not with a list of models: {\"data\": [{\"id\"")]
    [InlineData("<!doctype html><title>Welcome</title>", "not with a list of models: <!doctype html>")]
    [InlineData("", "not with a list of models: nothing")]
    [InlineData("[1]", "not with a list of models")]
    [InlineData("{\"data\": [{\"id\": 7}]}", "not with a list of models")]
    public async Task An_answer_that_is_none_is_quoted(string body, string says)
    {
        using var server = ScriptedServer.Of(ScriptedServer.Answer(200, body));
        await ShouldFail(server, ProviderFailureKind.Malformed, says);
    }

    [Fact]
    public async Task A_line_that_is_cut_is_told_before_and_within_the_answer()
    {
        var whole = ScriptedServer.Answer(200, Models);
        using (var server = ScriptedServer.Of(whole[..^20])) await ShouldFail(server, ProviderFailureKind.Cut, "broke off in the middle of its answer");
        using (var server = ScriptedServer.Of("")) await ShouldFail(server, ProviderFailureKind.Cut, "broke off");
        using (var server = ScriptedServer.Of("HTTP/1.1 banana\r\n\r\n")) await ShouldFail(server, ProviderFailureKind.Cut, "broke off");
        using (var server = ScriptedServer.Of("", whole)) (await Ask(server, p => p with { Limits = p.Limits with { Retries = 1 } })).Failure.ShouldBeNull("before the answer began it is tried again");
    }

    [Fact]
    public async Task A_wait_names_what_it_waited_for()
    {
        using (var silent = new ScriptedServer((_, _, token) => Task.Delay(Timeout.Infinite, token)))
            await ShouldFail(silent, ProviderFailureKind.NoAnswer, $"waited 0.3 s for an answer of 127.0.0.1:{silent.Port}", limits: l => l with { TimeoutS = 0.3 });
        using (var slow = new ScriptedServer(async (_, stream, token) =>
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(ScriptedServer.Answer(200, Models)[..^10]), token);
            await Task.Delay(Timeout.Infinite, token);
        }))
            await ShouldFail(slow, ProviderFailureKind.NoAnswer, $"waited 0.3 s for the next bytes of the answer of 127.0.0.1:{slow.Port}", limits: l => l with { IdleTimeoutS = 0.3 });
    }

    [Fact]
    public async Task A_connection_that_never_stands_is_given_up()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;
        await ShouldFail($"https://127.0.0.1:{port}/v1", ProviderFailureKind.NoAnswer, $"waited 0.3 s for a connection to 127.0.0.1:{port}", limits: l => l with { ConnectTimeoutS = 0.3 });
    }

    [Fact]
    public async Task No_more_requests_than_allowed_are_made_at_a_time_and_one_that_waits_too_long_says_for_what()
    {
        // Counted until the answer is written, for whoever has it may ask the next before the server is through with this one.
        var (running, most) = (0, 0);
        var gate = new Lock();
        using var server = new ScriptedServer(async (_, stream, token) =>
        {
            lock (gate) most = Math.Max(most, ++running);
            await Task.Delay(30, token);
            lock (gate) running--;
            await stream.WriteAsync(Encoding.UTF8.GetBytes(ScriptedServer.Answer(200, Models)), token);
        });
        var configuration = Of(server.Address, p => p with { Limits = p.Limits with { Concurrency = 2 } });
        using var handlers = new ProviderHandlers(configuration);
        var all = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => ProviderProbe.AskAsync(handlers, "local", TestContext.Current.CancellationToken)));
        all.ShouldAllBe(probe => probe.Failure == null);
        most.ShouldBe(2);
        server.Requests.Count.ShouldBe(12);

        using var silent = new ScriptedServer((_, _, token) => Task.Delay(Timeout.Infinite, token));
        using var others = new ProviderHandlers(Of(silent.Address, p => p with { Limits = p.Limits with { Concurrency = 1, QueueTimeoutS = 0.3, TimeoutS = 600, Retries = 0 } }));
        using var stop = new CancellationTokenSource();
        var first = ProviderProbe.AskAsync(others, "local", stop.Token);
        (await ProviderProbe.AskAsync(others, "local", TestContext.Current.CancellationToken)).Failure.ShouldNotBeNull().Message.ShouldContain("waited 0.3 s for one of its 1 requests at a time to be over");
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(first);
    }

    [Fact]
    public async Task Nothing_there_is_told_from_nobody_of_that_name_and_from_no_TLS()
    {
        using var gone = new TcpListener(IPAddress.Loopback, 0);
        gone.Start();
        var port = ((IPEndPoint)gone.LocalEndpoint).Port;
        gone.Stop();
        await ShouldFail($"http://127.0.0.1:{port}/v1", ProviderFailureKind.Unreachable, "cannot be connected to");
        using var server = ScriptedServer.Of(ScriptedServer.Answer(200, Models));
        await ShouldFail($"https://127.0.0.1:{server.Port}/v1", ProviderFailureKind.WrongAddress, "does not speak TLS");
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused_before_the_key_is_sent()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=somebody", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var own = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var certificate = X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pfx), null);
        using var server = new ScriptedServer((_, stream, token) => stream.WriteAsync(Encoding.UTF8.GetBytes(ScriptedServer.Answer(200, Models)), token).AsTask(), certificate);
        await ShouldFail(server, ProviderFailureKind.Certificate, "shows a certificate that is not trusted");
        server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_redirect_is_told_and_not_followed()
    {
        using var other = ScriptedServer.Of(ScriptedServer.Answer(200, Models));
        using var server = ScriptedServer.Of(ScriptedServer.Answer(307, "", $"Location: {other.Address}/models\r\n"));
        await ShouldFail(server, ProviderFailureKind.Redirected, $"sends elsewhere (307): {other.Address}/models");
        other.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task Offline_nothing_is_connected_to_but_what_is_allowed()
    {
        using var server = ScriptedServer.Of(ScriptedServer.Answer(200, Models));
        using var other = ScriptedServer.Of(ScriptedServer.Answer(200, Models));
        var settings = new ProgramSettings
        {
            Providers = new Dictionary<string, ProviderSettings>
            {
                ["own"] = new() { Address = server.Address },
                ["other"] = new() { Address = other.Address, AllowedOffline = false },
                ["far"] = new() { Address = "https://models.invalid/v1" },
            },
        };
        using var handlers = new ProviderHandlers(new ProgramConfiguration(null, settings, "--offline", []));
        (await ProviderProbe.AskAsync(handlers, "own", TestContext.Current.CancellationToken)).Failure.ShouldBeNull();
        foreach (var (name, host) in new[] { ("other", $"127.0.0.1:{other.Port}"), ("far", "models.invalid:443") })
        {
            var failure = (await ProviderProbe.AskAsync(handlers, name, TestContext.Current.CancellationToken)).Failure.ShouldNotBeNull(name);
            failure.Kind.ShouldBe(ProviderFailureKind.Offline, failure.Message);
            failure.Message.ShouldContain($"{host} is not connected to: this is offline mode (--offline)");
        }

        other.Connections.ShouldBe(0);
        using var client = handlers.Client("own", 1 << 20);
        (await Should.ThrowAsync<ProviderFailure>(client.GetAsync(new Uri(other.Address)))).Message.ShouldContain("is at 127.0.0.1");
        other.Connections.ShouldBe(0, "nor by another address of a client");
    }

    [Fact]
    public void What_is_called_localhost_is_this_machine_whatever_names_say()
    {
        IPAddress[] said = [IPAddress.Parse("203.0.113.7"), IPAddress.Loopback, IPAddress.IPv6Loopback];
        NetworkPolicy.Filter("localhost", said).ShouldBe([IPAddress.Loopback, IPAddress.IPv6Loopback]);
        NetworkPolicy.Filter("models.example", said).ShouldBe(said);
    }

    [Fact]
    public void A_pace_lets_a_tenth_through_at_once_and_the_rest_evenly()
    {
        var pace = new RequestPace(60, new StoppedTime());
        Enumerable.Range(0, 10).Select(_ => pace.Take(1).TotalSeconds).ShouldBe([0, 0, 0, 0, 0, 0, 1, 2, 3, 4]);
        var slow = new RequestPace(2, new StoppedTime());
        Enumerable.Range(0, 3).Select(_ => slow.Take(1).TotalSeconds).ShouldBe([0, 30, 60]);
    }

    [Fact]
    public async Task The_limit_of_a_minute_is_kept_on_the_way_to_the_provider()
    {
        using var server = ScriptedServer.Of(ScriptedServer.Answer(200, Models));
        using var handlers = new ProviderHandlers(Of(server.Address, p => p with { Limits = p.Limits with { RequestsPerMinute = 1, QueueTimeoutS = 1, Retries = 0 } }));
        (await ProviderProbe.AskAsync(handlers, "local", TestContext.Current.CancellationToken)).Failure.ShouldBeNull();
        (await ProviderProbe.AskAsync(handlers, "local", TestContext.Current.CancellationToken)).Failure.ShouldNotBeNull().Message.ShouldContain("its turn under the limits of a minute");
        server.Requests.Count.ShouldBe(1);
    }

    private async Task ShouldFail(ScriptedServer server, ProviderFailureKind kind, string says, int retries = 0, Func<ProviderLimits, ProviderLimits>? limits = null) => await ShouldFail(server.Address, kind, says, retries, limits);

    private async Task ShouldFail(string address, ProviderFailureKind kind, string says, int retries = 0, Func<ProviderLimits, ProviderLimits>? limits = null)
    {
        using var handlers = new ProviderHandlers(Of(address, p => p with { Limits = (limits ?? (l => l))(p.Limits with { Retries = retries }) }));
        var failure = (await ProviderProbe.AskAsync(handlers, "local", TestContext.Current.CancellationToken)).Failure.ShouldNotBeNull();
        failure.Kind.ShouldBe(kind, failure.Message);
        failure.Message.ShouldContain(says);
        failure.Message.ShouldContain("local");
        failure.ToString().ShouldNotContain(_key);
        failure.Advice.ShouldNotBeEmpty();
        failure.Message[^1].ShouldBeOneOf(['.', '!', '?'], "advice follows");
    }

    private async Task<ProviderProbe> Ask(ScriptedServer server, Func<ProviderSettings, ProviderSettings> change)
    {
        using var handlers = new ProviderHandlers(Of(server.Address, change));
        return await ProviderProbe.AskAsync(handlers, "local", TestContext.Current.CancellationToken);
    }

    private ProgramConfiguration Of(string address, Func<ProviderSettings, ProviderSettings> change)
    {
        File.WriteAllText(_folder["key"], _key + "\n");
        var provider = change(new ProviderSettings { Address = address, KeyFile = _folder["key"], Limits = new ProviderLimits { MaxRetryWaitS = 0.02 } });
        return new ProgramConfiguration(null, new ProgramSettings { Providers = new Dictionary<string, ProviderSettings> { ["local"] = provider } }, null, []);
    }

    private sealed class StoppedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
    }
}
