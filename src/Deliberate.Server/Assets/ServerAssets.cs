using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Deliberate.Reports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Deliberate.Server;

/// <summary>
/// The style sheet, the script of Blazor and the icon, from inside the assembly: the same from <c>dotnet run</c>, an installed tool
/// and a single file, which has no folder of its own. An address holds the hash of its content, so that browsers keep it for good.
/// </summary>
internal static class ServerAssets
{
    public const string Style = "site.css", Script = "blazor.web.js", Icon = "icon.svg";

    private const string Root = "/assets/";

    private static readonly Dictionary<string, Asset> All = new[]
    {
        new Asset(Style, "text/css; charset=utf-8", [.. Encoding.UTF8.GetBytes(ReportStyle.Pieces + "\n"), .. Embedded(Style)]),
        new Asset(Script, "text/javascript; charset=utf-8", Embedded(Script)),
        new Asset(Icon, "image/svg+xml", Embedded(Icon)),
    }.ToDictionary(a => a.Name, StringComparer.Ordinal);

    public static string Url(string name) => $"{Root}{All[name].Hash}/{name}";

    public static bool IsAsset(PathString path) => path.StartsWithSegments(Root[..^1], StringComparison.Ordinal);

    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapGet(Root + "{hash}/{name}", Send);

    private static async Task Send(HttpContext context, string hash, string name)
    {
        if (!All.TryGetValue(name, out var asset) || asset.Hash != hash)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var isPacked = context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);
        var content = isPacked ? asset.Packed.Value : asset.Content;
        var headers = context.Response.Headers;
        headers.ContentType = asset.Type;
        headers.CacheControl = "public, max-age=31536000, immutable";
        headers.Vary = "Accept-Encoding";
        headers.ContentLength = content.Length;
        if (isPacked) headers.ContentEncoding = "gzip";
        await context.Response.Body.WriteAsync(content, context.RequestAborted);
    }

    private static byte[] Embedded(string name)
    {
        using var stream = typeof(ServerAssets).Assembly.GetManifestResourceStream("assets/" + name) ?? throw new InvalidOperationException($"{name} is not in the assembly.");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    private sealed class Asset(string name, string type, byte[] content)
    {
        public string Name { get; } = name;

        public string Type { get; } = type;

        public byte[] Content { get; } = content;

        public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(content))[..16];

        public Lazy<byte[]> Packed { get; } = new(() =>
        {
            using var memory = new MemoryStream();
            using (var gzip = new GZipStream(memory, CompressionLevel.SmallestSize)) gzip.Write(content);
            return memory.ToArray();
        });
    }
}
