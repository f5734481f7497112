using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Deliberate.Server;
using Deliberate.Testing;

namespace Deliberate.Benchmarks;

/// <summary>Malformed requests to <c>deliberate serve</c>: each has to be refused in the shape of an error, and memory has to stay as it was.</summary>
internal static class MalformedBenchmark
{
    /// <param name="path">A model; the few requests that are right after all are answered by it, in a handful of tokens.</param>
    /// <returns>0 where all is as it has to be.</returns>
    public static async Task<int> RunAsync(string path, int count)
    {
        var store = Directory.CreateTempSubdirectory("deliberate-malformed-").FullName;
        await using var server = await DeliberateServer.StartAsync(new ServerOptions { Port = 0, Runs = null, Evaluations = null, Api = new ApiOptions { Models = [new ServedModelOptions("m", path)], Store = store, MaxTokens = 16 } });
        using var client = new HttpClient { BaseAddress = new Uri(server.Address) };
        var requests = new MalformedRequests(seed: 12);
        int refused = 0, answered = 0, wrong = 0;
        long before = 0;
        for (var i = 0; i < count; i++)
        {
            // Everything has been compiled and pooled by then.
            if (i == count / 4) before = Held();
            var (method, address, type, body) = requests.Next();
            using var request = new HttpRequestMessage(new HttpMethod(method), address);
            if (body.Length > 0 || method != "GET")
            {
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
            }

            using var response = await client.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            if ((int)response.StatusCode is >= 400 and < 500 && HasShape(text)) refused++;
            else if (response.IsSuccessStatusCode) answered++;
            else
            {
                wrong++;
                Console.WriteLine($"{i}: {method} {address} {Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 500)))}: {(int)response.StatusCode} {text}");
            }
        }

        var grown = Held() - before;
        Console.WriteLine($"{count} requests: {refused} refused in the shape of an error, {answered} answered (the change did not matter), {wrong} otherwise; managed memory grew by {grown / 1024.0 / 1024.0:0.0} MiB over the last three quarters");
        Directory.Delete(store, recursive: true);
        return wrong == 0 && grown < 16 << 20 ? 0 : 1;
    }

    private static long Held()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static bool HasShape(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var error = document.RootElement.GetProperty("error");
            return error.GetProperty("message").GetString() is { Length: > 0 } && error.GetProperty("type").ValueKind == JsonValueKind.String && error.TryGetProperty("param", out _) && error.TryGetProperty("code", out _);
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return false;
        }
    }
}
