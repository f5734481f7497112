using System.Net;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Server.Tests;

/// <summary>What a collector of traces is sent, over HTTP, as it would be by the program.</summary>
public sealed class TracingTests
{
    [Fact]
    public async Task A_collector_is_told_of_requests_and_never_of_their_contents()
    {
        await using var collector = new Collector();
        using var handlers = new ProviderHandlers(new ProgramConfiguration(null, new ProgramSettings(), null, []));
        const string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        await using (var api = await ServedApi.StartAsync("the secret river stone</think>\n\nHello, Paris!", o => o with { Traces = new TraceSettings(collector.Address, () => handlers.PublicFiles(collector.Address, 1 << 20)) }))
        {
            await api.SendAsync(HttpMethod.Post, "/v1/chat/completions", """{"model":"m","messages":[{"role":"user","content":"a plum lantern"}]}""", null, r => r.Headers.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-01"));
            (await api.PostAsync("/v1/responses", new { model = "m", input = "a plum lantern", store = false })).Status.ShouldBe(200);
            (await api.PostAsync("/v1/chat/completions", new { model = "none", messages = Array.Empty<object>() })).Status.ShouldBe(404);
            (await api.GetAsync("/health")).Status.ShouldBe(200);
        }

        collector.Paths.Distinct().ShouldHaveSingleItem().ShouldBe("/v1/traces");
        var sent = collector.Sent;
        foreach (var told in new[] { "chat m", "gen_ai.request.model", "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "gen_ai.response.finish_reasons", "stop", "error.type", "404", "/v1/responses", "deliberate" }) sent.ShouldContain(told);
        Convert.ToHexStringLower(Encoding.Latin1.GetBytes(sent)).ShouldContain(trace);
        foreach (var hidden in new[] { "plum", "river", "Paris", "/health" }) sent.ShouldNotContain(hidden);
    }

    /// <summary>Takes what is posted.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly StringBuilder _sent = new();
        private readonly Task _taking;

        public Collector()
        {
            var port = FreePort();
            Address = new Uri($"http://127.0.0.1:{port}");
            _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            _listener.Start();
            _taking = TakeAsync();
        }

        public Uri Address { get; }

        public List<string> Paths { get; } = [];

        public string Sent
        {
            get
            {
                lock (_sent) return _sent.ToString();
            }
        }

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _taking;
        }

        private static int FreePort()
        {
            var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            listener.Stop();
            return port;
        }

        private async Task TakeAsync()
        {
            while (true)
            {
                HttpListenerContext context;
                try
                {
                    context = await _listener.GetContextAsync();
                }
                catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                lock (_sent)
                {
                    _sent.Append(Encoding.Latin1.GetString(body.ToArray()));
                    Paths.Add(context.Request.Url!.AbsolutePath);
                }

                context.Response.StatusCode = 200;
                context.Response.ContentType = "application/x-protobuf";
                context.Response.Close();
            }
        }
    }
}
