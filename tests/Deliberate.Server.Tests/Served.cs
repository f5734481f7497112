using System.Net;

namespace Deliberate.Server.Tests;

/// <summary>A server on a folder of its own, on a port that is free, for as long as a test.</summary>
internal sealed class Served : IAsyncDisposable
{
    private const string EvaluationsName = ".evaluations";

    private Served(string root, DeliberateServer server) => (Root, Server) = (root, server);

    /// <summary>The folder of runs.</summary>
    public string Root { get; }

    public DeliberateServer Server { get; }

    /// <summary>The folder of evaluations: within the other, which does not look into such names.</summary>
    public string Evaluations => Path.Combine(Root, EvaluationsName);

    /// <param name="fill">Puts runs there before the server starts.</param>
    /// <param name="fillEvaluations">Puts logs of evaluations there.</param>
    public static async Task<Served> StartAsync(Action<string>? fill = null, Action<string>? fillEvaluations = null)
    {
        var root = Directory.CreateTempSubdirectory("deliberate-server-").FullName;
        var evaluations = Directory.CreateDirectory(Path.Combine(root, EvaluationsName)).FullName;
        fill?.Invoke(root);
        fillEvaluations?.Invoke(evaluations);
        return new Served(root, await DeliberateServer.StartAsync(new ServerOptions { Runs = root, Evaluations = evaluations, Port = 0 }));
    }

    public string Folder(string name) => Path.Combine(Root, name);

    /// <summary>A client that has used a one-time address, and follows no redirects.</summary>
    public async Task<HttpClient> SignInAsync()
    {
        var client = Client();
        using var answer = await client.GetAsync(new Uri(Server.NewLink()));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return client;
    }

    /// <summary>One that has not.</summary>
    public HttpClient Client() => new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = new Uri(Server.Address) };

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(Root, recursive: true);
    }
}
