using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Deliberate.Testing;

/// <summary>
/// A server of this machine's for routes that take and give JSON: what stands in for a server of rollouts speaks through it. Requests are answered as they come,
/// several at a time; how many may be worked on is the answerer's business. Closed with what is open.
/// </summary>
public sealed class JsonRoutes : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Func<string, JsonElement, Task<Reply>> _answer;

    /// <param name="answer">To a path and its body, which is undefined where there is none.</param>
    public JsonRoutes(Func<string, JsonElement, Task<Reply>> answer)
    {
        _answer = answer;
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Port = ((IPEndPoint)free.LocalEndpoint).Port;
        }

        _listener.Prefixes.Add(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}/"));
    }

    /// <summary>What is sent back.</summary>
    /// <param name="Status">Of HTTP.</param>
    /// <param name="Body">As it stands, valid or not.</param>
    public readonly record struct Reply(int Status, byte[] Body);

    public int Port { get; }

    /// <summary>Takes requests from here on.</summary>
    public void Open()
    {
        _listener.Start();
        _ = Task.Run(ListenAsync);
    }

    public void Dispose() => _listener.Close();

    private async Task ListenAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }

            _ = Task.Run(() => AnswerAsync(context));
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            using var reader = new StreamReader(context.Request.InputStream);
            var text = await reader.ReadToEndAsync();
            var (status, body) = await _answer(context.Request.Url!.AbsolutePath, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text));
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            context.Response.ContentLength64 = body.Length;
            await context.Response.OutputStream.WriteAsync(body);
            context.Response.Close();
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or IOException)
        {
            // The other end is gone.
        }
    }
}
