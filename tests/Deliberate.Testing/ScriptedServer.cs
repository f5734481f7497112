using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Deliberate.Testing;

/// <summary>
/// A server on this machine that answers each request as a test says, byte for byte: also with half an answer, none, or nonsense.
/// One request a connection.
/// </summary>
public sealed class ScriptedServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _requests = [];
    private readonly Func<string, Stream, CancellationToken, Task> _answer;
    private readonly X509Certificate2? _certificate;

    /// <param name="answer">Gets the request's head and writes what it likes.</param>
    /// <param name="certificate">Of a server that speaks TLS.</param>
    public ScriptedServer(Func<string, Stream, CancellationToken, Task> answer, X509Certificate2? certificate = null)
    {
        (_answer, _certificate) = (answer, certificate);
        _listener.Start();
        _ = Accept();
    }

    /// <param name="answers">One a request, the last one for all that follow.</param>
    public static ScriptedServer Of(params string[] answers)
    {
        var next = -1;
        return new ScriptedServer((_, stream, token) => stream.WriteAsync(Encoding.UTF8.GetBytes(answers[Math.Min(Interlocked.Increment(ref next), answers.Length - 1)]), token).AsTask());
    }

    /// <summary>A whole answer; its body is JSON unless <paramref name="headers"/> say otherwise.</summary>
    public static string Answer(int status, string body, string headers = "") => $"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{headers}Connection: close\r\n\r\n{body}";

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Address => $"{(_certificate is null ? "http" : "https")}://127.0.0.1:{Port}/v1";

    /// <summary>Connections so far, be it that nothing was said on them.</summary>
    public int Connections { get; private set; }

    /// <summary>Heads of the requests so far.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_requests) return [.. _requests];
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                lock (_requests) Connections++;
                _ = Serve(client);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task Serve(TcpClient client)
    {
        using var _ = client;
        try
        {
            Stream stream = client.GetStream();
            if (_certificate is not null)
            {
                var secure = new SslStream(stream);
                await secure.AuthenticateAsServerAsync(_certificate);
                stream = secure;
            }

            var head = new StringBuilder();
            var one = new byte[1];
            // One that begins a handshake is answered at once: it will never end its head.
            const byte Handshake = 0x16;
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one, _stop.Token) > 0 && one[0] != Handshake) head.Append((char)one[0]);
            if (head.Length == 0 && one[0] != Handshake) return;
            lock (_requests) _requests.Add(head.ToString());
            await _answer(head.ToString(), stream, _stop.Token);
            await stream.FlushAsync(_stop.Token);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException or ObjectDisposedException)
        {
            // The other side went away.
        }
    }
}
