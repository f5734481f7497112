using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Training;

namespace Deliberate.Server.Tests;

/// <summary>A small model that knows a few tokens well enough to be taught others' order: its unembedding, which is not trained, bounds what can be learned.</summary>
public sealed class TinkerBase : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("deliberate-tinker-base-").FullName;

    public TinkerBase()
    {
        var recipe = TrainRecipe.Parse(
            """
            name: base
            family: { name: arithmetic, levels: [2] }
            model: { hidden: 48, layers: 2, heads: 2, intermediate: 96, context: 160 }
            supervised: { tokens: 60000, batch_tokens: 1000, schedule: { warmup: 2 } }
            reinforcement: { steps: 0 }
            evaluation: { problems: 0 }
            """,
            "base.yaml");
        using var run = TrainingRun.Start(recipe, Path.Combine(_folder, "run"), threads: 1);
        run.Execute();
        Model = Path.Combine(_folder, "run", "checkpoints", "final");
    }

    /// <summary>The model's folder.</summary>
    public string Model { get; }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

/// <summary>A server of Tinker's interface over a tiny model, on a port that is free, and a client that speaks as the SDK does.</summary>
internal sealed class ServedTinker : IAsyncDisposable
{
    private readonly TinkerServer? _server;
    private int _sequence;

    private ServedTinker(TinkerServer? server, Uri address, string? key)
    {
        (_server, Client) = (server, new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) });
        if (key is not null) Client.DefaultRequestHeaders.Add("X-API-Key", key);
    }

    public HttpClient Client { get; }

    public TinkerService Service => _server!.Service;

    /// <summary>The client's session; begun by <see cref="BeginAsync"/>.</summary>
    public string Session { get; private set; } = "";

    public static async Task<ServedTinker> StartAsync(TinkerBase trained, string folder, Func<TinkerOptions, TinkerOptions>? with = null, string? key = null)
    {
        var options = new TinkerOptions { Name = "org/tiny", Path = trained.Model, Store = Path.Combine(folder, "store"), Port = 0, Threads = 1, Poll = TimeSpan.FromMilliseconds(200) };
        var server = await TinkerServer.StartAsync(with?.Invoke(options) ?? options);
        return new ServedTinker(server, new Uri(server.Address), key);
    }

    /// <summary>A client of a server of another process, or another client of this one.</summary>
    public static ServedTinker At(Uri address, string? key = null) => new(null, address, key);

    public async Task<ServedTinker> BeginAsync()
    {
        Session = (await PostAsync("create_session", new { tags = new[] { "test" }, sdk_version = "0.30.0" }))["session_id"]!.GetValue<string>();
        return this;
    }

    public async Task<string> CreateAsync(int rank = 8, int seed = 1, bool attention = true) =>
        (await DoneAsync("create_model", new { session_id = Session, base_model = "org/tiny", lora_config = new { rank, seed, train_unembed = false, train_attn = attention } }))["model_id"]!.GetValue<string>();

    /// <summary>A pass in JSON.</summary>
    public async Task<JsonNode> PassAsync(string model, object data, string loss = "cross_entropy", object? config = null) =>
        await DoneAsync("forward_backward", new { model_id = model, seq_id = ++_sequence, forward_backward_input = new { data, loss_fn = loss, loss_fn_config = config } });

    public async Task<JsonNode> ForwardAsync(string model, object data) =>
        await DoneAsync("forward", new { model_id = model, seq_id = ++_sequence, forward_input = new { data, loss_fn = "cross_entropy" } });

    public async Task<JsonNode> StepAsync(string model, double rate) =>
        await DoneAsync("optim_step", new { model_id = model, seq_id = ++_sequence, adam_params = new { learning_rate = rate, beta1 = 0.9, beta2 = 0.95, eps = 1e-12 } });

    public async Task<string> SaveAsync(string model, string name, string route = "save_weights") =>
        (await DoneAsync(route, new { model_id = model, seq_id = ++_sequence, path = name }))["path"]!.GetValue<string>();

    public async Task<string> SamplerAsync(string path) =>
        (await PostAsync("create_sampling_session", new { session_id = Session, sampling_session_seq_id = ++_sequence, model_path = path }))["sampling_session_id"]!.GetValue<string>();

    public async Task<JsonNode> SampleAsync(string sampler, int[] prompt, int maxTokens, int samples = 1, double temperature = 1, int? seed = 0, bool promptLogprobs = false, object? stop = null) => await DoneAsync("asample", new
    {
        sampling_session_id = sampler,
        seq_id = ++_sequence,
        num_samples = samples,
        prompt = Input(prompt),
        sampling_params = new { max_tokens = maxTokens, temperature, seed, stop },
        prompt_logprobs = promptLogprobs,
    });

    public static object Input(int[] tokens) => new { chunks = new object[] { new { type = "encoded_text", tokens } } };

    /// <summary>A datum that learns each next token of a sequence.</summary>
    public static object Supervised(int[] tokens) => new
    {
        model_input = Input(tokens[..^1]),
        loss_fn_inputs = new Dictionary<string, object>
        {
            ["target_tokens"] = new { data = tokens[1..], dtype = "int64", shape = new[] { tokens.Length - 1 } },
            ["weights"] = new { data = tokens[1..].Select(_ => 1.0), dtype = "float32" },
        },
    };

    /// <summary>Asks, and fetches the result until it is there.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public async Task<JsonNode> DoneAsync(string route, object body)
    {
        var result = await ResultAsync((await PostAsync(route, body))["request_id"]!.GetValue<string>());
        return result["error"] is { } error ? throw new InvalidOperationException($"{result["category"]}: {error}") : result;
    }

    public async Task<JsonNode> ResultAsync(string request)
    {
        while (true)
        {
            var (status, text) = await SendAsync(HttpMethod.Post, "retrieve_future", JsonSerializer.Serialize(new { request_id = request }));
            if (status != 408) return status == 200 ? JsonNode.Parse(text)! : throw new InvalidOperationException($"{status}: {text}");
        }
    }

    public async Task<JsonNode> PostAsync(string route, object body)
    {
        var (status, text) = await SendAsync(HttpMethod.Post, route, JsonSerializer.Serialize(body));
        return status == 200 ? JsonNode.Parse(text)! : throw new InvalidOperationException($"{status}: {text}");
    }

    public async Task<(int Status, string Text)> SendAsync(HttpMethod method, string route, string? body)
    {
        using var request = new HttpRequestMessage(method, "/api/v1/" + route);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await Client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>A body that is no JSON, and what comes back as it comes.</summary>
    public async Task<(int Status, string? Type, byte[] Bytes)> SendBytesAsync(string route, byte[] body, string type, string? encoding = null, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/" + route) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        if (encoding is not null) request.Content.Headers.ContentEncoding.Add(encoding);
        if (accept is not null) request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await Client.SendAsync(request);
        return ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsByteArrayAsync());
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_server is not null) await _server.DisposeAsync();
    }
}
