using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Deliberate.Server.Tests;

/// <summary>A provider of OpenID Connect on this machine, which vouches for one person: discovery, keys, authorisation code with PKCE, a signed token.</summary>
internal sealed class FakeOpenId : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly RSA _key = RSA.Create(2048);
    private readonly Dictionary<string, (string Nonce, string Challenge)> _codes = [];

    private FakeOpenId(WebApplication app) => _app = app;

    public string Address { get; private set; } = "";

    /// <summary>Whom it vouches for.</summary>
    public string Subject { get; set; } = "subject-1";

    public string Name { get; set; } = "Ada Lovelace";

    public List<string> Asked { get; } = [];

    public static async Task<FakeOpenId> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Logging.ClearProviders();
        var provider = new FakeOpenId(builder.Build());
        provider.Map();
        await provider._app.StartAsync();
        provider.Address = provider._app.Urls.First();
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _key.Dispose();
    }

    private void Map()
    {
        _app.UseRouting();
        _app.MapGet("/.well-known/openid-configuration", () => Results.Text(JsonSerializer.Serialize(new { issuer = Address, authorization_endpoint = Address + "/authorize", token_endpoint = Address + "/token", jwks_uri = Address + "/keys", response_types_supported = new[] { "code" }, subject_types_supported = new[] { "public" }, id_token_signing_alg_values_supported = new[] { "RS256" } }), "application/json"));
        _app.MapGet("/keys", () =>
        {
            var key = _key.ExportParameters(false);
            return Results.Text(JsonSerializer.Serialize(new { keys = new[] { new { kty = "RSA", use = "sig", kid = "one", alg = "RS256", n = Encode(key.Modulus!), e = Encode(key.Exponent!) } } }), "application/json");
        });
        _app.MapGet("/authorize", (HttpContext context) =>
        {
            var query = context.Request.Query;
            var code = Guid.NewGuid().ToString("N");
            _codes[code] = (query["nonce"].ToString(), query["code_challenge"].ToString());
            return Results.Redirect($"{query["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(query["state"].ToString())}");
        });
        _app.MapPost("/token", async (HttpContext context) =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var form = HttpUtility.ParseQueryString(await reader.ReadToEndAsync());
            Asked.Add(form["client_id"] + " " + form["client_secret"]);
            if (!_codes.Remove(form["code"]!, out var known) || Encode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"]!))) != known.Challenge) return Results.BadRequest();
            var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
            var payload = JsonSerializer.Serialize(new { iss = Address, aud = form["client_id"], sub = Subject, preferred_username = Name, nonce = known.Nonce, iat = now, exp = now + 300 });
            var signed = $"{Encode(Encoding.UTF8.GetBytes("{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"one\"}"))}.{Encode(Encoding.UTF8.GetBytes(payload))}";
            var token = $"{signed}.{Encode(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
            return Results.Text(JsonSerializer.Serialize(new { access_token = "none", token_type = "Bearer", expires_in = 300, id_token = token }), "application/json");
        });
    }

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
