using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Deliberate.Server.Tests;

/// <summary>A server of the interface over scripted models, on a port that is free, with a client that remembers every byte it was sent.</summary>
internal sealed class ServedApi : IAsyncDisposable
{
    private readonly StringBuilder _sent = new();

    private ServedApi(DeliberateServer server, string folder) => (Server, Folder, Client) = (server, folder, new HttpClient { BaseAddress = new Uri(server.Address), Timeout = TimeSpan.FromMinutes(2) });

    public DeliberateServer Server { get; private set; }

    public string Folder { get; }

    public HttpClient Client { get; private set; }

    /// <summary>Everything that the server sent to this client, headers too.</summary>
    public string Sent => _sent.ToString();

    public static Task<ServedApi> StartAsync(string answer, Func<ApiOptions, ApiOptions>? with = null) => StartAsync(new ScriptedModel("m", _ => answer), with);

    public static async Task<ServedApi> StartAsync(ScriptedModel model, Func<ApiOptions, ApiOptions>? with = null, string? folder = null, params ScriptedModel[] more)
    {
        folder ??= Directory.CreateTempSubdirectory("deliberate-api-").FullName;
        ScriptedModel[] models = [model, .. more];
        var api = new ApiOptions { Models = [.. models.Select(m => new ServedModelOptions(m.Name, "nowhere"))], Store = Path.Combine(folder, "store"), RequestLog = Path.Combine(folder, "requests.jsonl"), Grace = TimeSpan.FromSeconds(5) };
        api = with?.Invoke(api) ?? api;
        var server = await DeliberateServer.StartAsync(new ServerOptions { Port = 0, Runs = null, Evaluations = null, Api = api }, new ServedModels(models, api));
        return new ServedApi(server, folder);
    }

    /// <summary>The same over a model that really draws tokens.</summary>
    public static async Task<ServedApi> StartRealAsync(ServedModelOptions model, Func<ApiOptions, ApiOptions>? with = null)
    {
        var folder = Directory.CreateTempSubdirectory("deliberate-api-").FullName;
        var api = new ApiOptions { Models = [model], Store = Path.Combine(folder, "store"), Threads = 1, Grace = TimeSpan.FromSeconds(5) };
        return new ServedApi(await DeliberateServer.StartAsync(new ServerOptions { Port = 0, Runs = null, Evaluations = null, Api = with?.Invoke(api) ?? api }), folder);
    }

    public async Task<(int Status, JsonNode Body)> PostAsync(string path, object body, string? key = null)
    {
        var (status, text, _) = await SendAsync(HttpMethod.Post, path, body as string ?? System.Text.Json.JsonSerializer.Serialize(body), key);
        return (status, JsonNode.Parse(text)!);
    }

    public async Task<(int Status, JsonNode Body)> GetAsync(string path, string? key = null)
    {
        var (status, text, _) = await SendAsync(HttpMethod.Get, path, null, key);
        return (status, JsonNode.Parse(text)!);
    }

    public async Task<(int Status, JsonNode Body)> DeleteAsync(string path)
    {
        var (status, text, _) = await SendAsync(HttpMethod.Delete, path, null, null);
        return (status, JsonNode.Parse(text)!);
    }

    /// <summary>The events of a stream: the name of each and its data, which is null for <c>[DONE]</c>.</summary>
    public async Task<IReadOnlyList<(string? Name, JsonNode? Data)>> StreamAsync(string path, object body)
    {
        var (status, text, _) = await SendAsync(HttpMethod.Post, path, System.Text.Json.JsonSerializer.Serialize(body), null);
        status.ShouldBe(200, text);
        return Events(text);
    }

    public static IReadOnlyList<(string? Name, JsonNode? Data)> Events(string text)
    {
        var events = new List<(string?, JsonNode?)>();
        foreach (var block in text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            if (block.StartsWith(':')) continue;
            var lines = block.Split('\n');
            var data = lines.Single(l => l.StartsWith("data: ", StringComparison.Ordinal))["data: ".Length..];
            events.Add((lines.FirstOrDefault(l => l.StartsWith("event: ", StringComparison.Ordinal))?["event: ".Length..], data == "[DONE]" ? null : JsonNode.Parse(data)));
        }

        return events;
    }

    public async Task<(int Status, string Text, HttpResponseHeaders Headers)> SendAsync(HttpMethod method, string path, string? body, string? key, Action<HttpRequestMessage>? with = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        with?.Invoke(request);
        using var response = await Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        lock (_sent) _sent.Append(response.Headers).Append(text).Append('\n');
        return ((int)response.StatusCode, text, response.Headers);
    }

    /// <summary>Ends the server and keeps its folder, as one that is started anew finds it.</summary>
    public async Task StopAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
