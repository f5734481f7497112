using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Deliberate.Core;

namespace Deliberate.Server.Tests;

/// <summary>A server with accounts on a database of its own, for as long as a test; commands' services on the same database beside it.</summary>
internal sealed partial class ServedWithAccounts : IAsyncDisposable
{
    public const string Password = "a good passphrase";

    private ServedWithAccounts(LabellingBed bed, DeliberateServer server) => (Bed, Server) = (bed, server);

    public LabellingBed Bed { get; }

    public LabellingDatabase Database => Bed.Database;

    public DeliberateServer Server { get; }

    public static async Task<ServedWithAccounts> StartAsync(Postgres postgres, string kind = "sqlite", Func<ServerOptions, ServerOptions>? change = null)
    {
        var bed = await LabellingBed.StartAsync(kind, postgres);
        var options = new ServerOptions { Runs = null, Evaluations = null, Database = bed.Place, Port = 0, Time = bed.Clock };
        return new ServedWithAccounts(bed, await DeliberateServer.StartAsync(change?.Invoke(options) ?? options));
    }

    /// <summary>A browser that nobody is signed in with, and that follows no redirects.</summary>
    public HttpClient Client() => new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = new Uri(Server.Address) };

    /// <summary>One with an account of this role, made and signed in by the pages' own forms.</summary>
    public async Task<HttpClient> SignInAsync(string name, AccountRole role)
    {
        var client = Client();
        var path = $"{AccountsArea.Invitations}/{await Database.Accounts.InviteAsync(Actor.CommandLine, role, name)}";
        using var answer = await PostAsync(client, path, path, ("name", name), ("password", Password));
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        return client;
    }

    /// <summary>Sends a form of a page, with the page's token.</summary>
    public static async Task<HttpResponseMessage> PostAsync(HttpClient client, string page, string path, params (string Name, string Value)[] fields)
    {
        var token = await TokenAsync(client, page);
        using var form = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)).Append(KeyValuePair.Create("__RequestVerificationToken", token)));
        return await client.PostAsync(new Uri(path, UriKind.Relative), form);
    }

    /// <summary>The token of a page's form, or of its desk.</summary>
    public static async Task<string> TokenAsync(HttpClient client, string page) => WebUtility.HtmlDecode(Token().Match(await client.GetStringAsync(new Uri(page, UriKind.Relative))).Groups["token"].Value);

    /// <summary>Asks as the page's script does.</summary>
    public static async Task<(HttpStatusCode Status, JsonElement Said)> AskAsync(HttpClient client, HttpMethod method, string path, string? token, object? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(LabellingArea.Api + path, UriKind.Relative)) { Content = body is null ? null : JsonContent.Create(body) };
        if (token is not null) request.Headers.Add("RequestVerificationToken", token);
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.StartsWith('{') ? JsonSerializer.Deserialize<JsonElement>(text) : default);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Bed.DisposeAsync();
    }

    [GeneratedRegex("(name=\"__RequestVerificationToken\" value|data-token)=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Token();
}
