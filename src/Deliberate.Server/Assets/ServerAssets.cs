using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Deliberate.Reports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Deliberate.Server;

/// <summary>
/// The style sheets, the scripts, the icon and KaTeX with its fonts, from inside the assembly: the same from <c>dotnet run</c>, an installed tool
/// and a single file, which has no folder of its own. An address holds the hash of its content, so that browsers keep it for good.
/// </summary>
internal static partial class ServerAssets
{
    public const string Style = "site.css", Script = "blazor.web.js", Icon = "icon.svg", Labelling = "labelling.js", LabellingStyle = "labelling.css", Redteam = "redteam.js", RedteamStyle = "redteam.css", Katex = "katex.min.js", KatexStyle = "katex.min.css", KatexLicense = "katex-license.txt";

    private const string FontEnding = ".woff2";

    private const string Root = "/assets/";

    private static readonly Dictionary<string, Asset> All = ((Asset[])
    [
        new Asset(Style, "text/css; charset=utf-8", [.. Encoding.UTF8.GetBytes(ReportStyle.Pieces + "\n"), .. Embedded(Style)]),
        new Asset(Script, "text/javascript; charset=utf-8", Embedded(Script)),
        new Asset(Icon, "image/svg+xml", Embedded(Icon)),
        new Asset(Labelling, "text/javascript; charset=utf-8", Embedded(Labelling)),
        new Asset(LabellingStyle, "text/css; charset=utf-8", Embedded(LabellingStyle)),
        new Asset(Redteam, "text/javascript; charset=utf-8", Embedded(Redteam)),
        new Asset(RedteamStyle, "text/css; charset=utf-8", Embedded(RedteamStyle)),
        new Asset(Katex, "text/javascript; charset=utf-8", Embedded(Katex)),
        new Asset(KatexLicense, "text/plain; charset=utf-8", Embedded(KatexLicense)),
        .. KatexAssets(),
    ]).ToDictionary(a => a.Name, StringComparer.Ordinal);

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

    /// <summary>KaTeX's fonts, and its style sheet with their addresses, in the one form of them that every browser reads.</summary>
    private static IEnumerable<Asset> KatexAssets()
    {
        var fonts = typeof(ServerAssets).Assembly.GetManifestResourceNames().Where(n => n.EndsWith(FontEnding, StringComparison.Ordinal)).Select(n => new Asset(n["assets/".Length..], "font/woff2", Embedded(n["assets/".Length..]))).ToDictionary(f => f.Name, StringComparer.Ordinal);
        var style = OtherFont().Replace(Encoding.UTF8.GetString(Embedded(KatexStyle)), "");
        style = Font().Replace(style, match => $"url({Root}{fonts[match.Groups["name"].Value].Hash}/{match.Groups["name"].Value})");
        return fonts.Values.Append(new Asset(KatexStyle, "text/css; charset=utf-8", Encoding.UTF8.GetBytes(style)));
    }

    [GeneratedRegex(@"url\(fonts/(?<name>[A-Za-z0-9_-]+\.woff2)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Font();

    [GeneratedRegex(@",url\(fonts/[A-Za-z0-9_-]+\.(woff|ttf)\) format\(""(woff|truetype)""\)", RegexOptions.ExplicitCapture)]
    private static partial Regex OtherFont();

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
