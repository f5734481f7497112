using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
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

    [Fact]
    public async Task A_response_that_no_request_waits_for_has_a_span_a_line_and_counts_of_its_own()
    {
        await using var collector = new Collector();
        using var handlers = new ProviderHandlers(new ProgramConfiguration(null, new ProgramSettings(), null, []));
        const string trace = "4bf92f3577b34da6a3ce929d0e0e4736", unsampled = "5bf92f3577b34da6a3ce929d0e0e4737";
        string done, ended, lines, metrics;
        using var gate = new SemaphoreSlim(0);
        var model = new ScriptedModel("m", _ => "the secret river stone</think>\n\nHello, Paris!") { Pace = gate.WaitAsync };
        await using (var api = await ServedApi.StartAsync(model, o => o with { Traces = new TraceSettings(collector.Address, () => handlers.PublicFiles(collector.Address, 1 << 20)) }))
        {
            async Task<string> Ask(string trace, int sampled) => JsonNode.Parse((await api.SendAsync(HttpMethod.Post, "/v1/responses", """{"model":"m","input":"a plum lantern","background":true}""", null, r => r.Headers.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-0{sampled}"))).Text)!["id"]!.GetValue<string>();
            ended = await Ask(trace, 1);
            (await api.PostAsync($"/v1/responses/{ended}/cancel", new { })).Body["status"]!.GetValue<string>().ShouldBe("cancelled");
            gate.Release(1000);
            done = await Ask(trace, 1);
            var unseen = await Ask(unsampled, 0);
            foreach (var id in new[] { done, unseen }) ServedApi.Events((await api.SendAsync(HttpMethod.Get, $"/v1/responses/{id}?stream=true", null, null)).Text)[^2].Name.ShouldBe("response.completed");
            using var socket = new ClientWebSocket();
            await socket.ConnectAsync(new Uri(api.Server.Address.Replace("http", "ws", StringComparison.Ordinal) + "/v1/responses"), CancellationToken.None);
            for (var i = 0; i < 2; i++)
            {
                await socket.SendAsync(Encoding.UTF8.GetBytes("""{"type":"response.create","model":"m","input":"a plum lantern","store":false}"""), WebSocketMessageType.Text, true, CancellationToken.None);
                var (buffer, text) = (new byte[1 << 16], "");
                while (!text.Contains("\"response.completed\"", StringComparison.Ordinal)) text += Encoding.UTF8.GetString(buffer, 0, (await socket.ReceiveAsync(buffer, CancellationToken.None)).Count);
            }

            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
            metrics = (await api.SendAsync(HttpMethod.Get, "/metrics", null, null)).Text;
            await api.StopAsync();
            lines = await File.ReadAllTextAsync(Path.Combine(api.Folder, "requests.jsonl"));
        }

        var spans = collector.Spans;
        var requests = spans.Where(s => s.Kind == 2).ToArray();
        foreach (var (id, status) in new[] { (done, "completed"), (ended, "cancelled") })
        {
            var span = spans.Single(s => s.Tags.GetValueOrDefault("gen_ai.response.id") == id);
            (span.Name, span.Kind, span.Trace).ShouldBe(("chat m", 1, trace));
            requests.Single(r => r.Id == span.Parent).Tags["http.route"].ShouldBe("/v1/responses");
            foreach (var (name, value) in new[] { ("gen_ai.operation.name", "chat"), ("gen_ai.provider.name", "deliberate"), ("gen_ai.request.model", "m"), ("gen_ai.response.model", "m"), ("deliberate.response.status", status) }) span.Tags[name].ShouldBe(value);
            span.Tags.ContainsKey("gen_ai.usage.output_tokens").ShouldBe(status == "completed");
        }

        var whole = spans.Single(s => s.Tags.GetValueOrDefault("gen_ai.response.id") == done);
        whole.Tags["gen_ai.response.finish_reasons"].ShouldContain("stop");
        int.Parse(whole.Tags["gen_ai.usage.input_tokens"], System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThan(0);
        spans.ShouldNotContain(s => s.Trace == unsampled);
        // Of a socket each response is one, and the connection none.
        var apart = spans.Where(s => s.Kind == 1 && s.Trace != trace).ToArray();
        apart.Length.ShouldBe(2);
        apart.Select(s => s.Parent).ShouldAllBe(p => p.Length == 0);
        requests.Length.ShouldBe(2);
        foreach (var hidden in new[] { "plum", "river", "Paris" }) collector.Sent.ShouldNotContain(hidden);

        var logged = lines.Trim().Split('\n').Select(l => JsonNode.Parse(l)!).ToArray();
        logged.Where(l => l["method"]!.GetValue<string>() == "BACKGROUND").Select(l => l["status"]!.GetValue<int>()).Order().ShouldBe([200, 200, 499]);
        var sockets = logged.Where(l => l["method"]!.GetValue<string>() == "SOCKET").ToArray();
        sockets.Length.ShouldBe(2);
        var each = sockets[0]["completion_tokens"]!.GetValue<int>();
        metrics.ShouldContain($"deliberate_tokens_total{{model=\"m\",kind=\"completion\"}} {4 * each}\n");
    }

    /// <param name="Kind">1 is internal, 2 a server's.</param>
    /// <param name="Tags">Numbers as text, lists as their bytes.</param>
    private sealed record Span(string Trace, string Id, string Parent, string Name, int Kind, Dictionary<string, string> Tags)
    {
        /// <summary>Of an ExportTraceServiceRequest: resource_spans 1, scope_spans 2, spans 2.</summary>
        public static IEnumerable<Span> Read(byte[] request) =>
            from resource in Fields(request).Where(f => f.Number == 1)
            from scope in Fields(resource.Bytes).Where(f => f.Number == 2)
            from span in Fields(scope.Bytes).Where(f => f.Number == 2)
            select Of(Fields(span.Bytes).ToArray());

        private static Span Of((int Number, byte[] Bytes, ulong Value)[] fields)
        {
            byte[] Bytes(int number) => fields.FirstOrDefault(f => f.Number == number).Bytes ?? [];
            var tags = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var tag in fields.Where(f => f.Number == 9))
            {
                var pair = Fields(tag.Bytes).ToArray();
                var value = Fields(pair.Single(f => f.Number == 2).Bytes).Single();
                tags[Encoding.UTF8.GetString(pair.Single(f => f.Number == 1).Bytes)] = value.Number is 1 or 5 ? Encoding.UTF8.GetString(value.Bytes) : value.Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
            }

            return new Span(Convert.ToHexStringLower(Bytes(1)), Convert.ToHexStringLower(Bytes(2)), Convert.ToHexStringLower(Bytes(4)), Encoding.UTF8.GetString(Bytes(5)), (int)fields.Single(f => f.Number == 6).Value, tags);
        }

        /// <summary>Of a message in protobuf's wire format.</summary>
        private static IEnumerable<(int Number, byte[] Bytes, ulong Value)> Fields(byte[] message)
        {
            for (var at = 0; at < message.Length;)
            {
                var key = Varint(message, ref at);
                byte[] bytes = [];
                var value = 0UL;
                switch (key & 7)
                {
                    case 0: value = Varint(message, ref at); break;
                    case 1: at += 8; break;
                    case 5: at += 4; break;
                    default:
                        var length = (int)Varint(message, ref at);
                        bytes = message[at..(at + length)];
                        at += length;
                        break;
                }

                yield return ((int)(key >> 3), bytes, value);
            }
        }

        private static ulong Varint(byte[] message, ref int at)
        {
            var value = 0UL;
            for (var shift = 0; ; shift += 7)
            {
                value |= (ulong)(message[at] & 127) << shift;
                if (message[at++] < 128) return value;
            }
        }
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

        public List<Span> Spans { get; } = [];

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
                    Spans.AddRange(Span.Read(body.ToArray()));
                    Paths.Add(context.Request.Url!.AbsolutePath);
                }

                context.Response.StatusCode = 200;
                context.Response.ContentType = "application/x-protobuf";
                context.Response.Close();
            }
        }
    }
}
