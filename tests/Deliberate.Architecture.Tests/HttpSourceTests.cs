using System.Text.RegularExpressions;
using Deliberate.Testing;

namespace Deliberate.Architecture.Tests;

/// <summary>One place opens connections: what is made elsewhere would know neither limits nor offline mode.</summary>
public sealed partial class HttpSourceTests
{
    private const string Place = "src/Deliberate.Core/Http";

    [Fact]
    public void Nothing_but_the_factory_opens_connections()
    {
        var found = new List<string>();
        foreach (var file in Directory.EnumerateFiles(Repository.Path("src"), "*.cs", SearchOption.AllDirectories))
        {
            var path = Path.GetRelativePath(Repository.Path("."), file).Replace('\\', '/');
            if (path.Contains("/obj/", StringComparison.Ordinal) || path.StartsWith(Place, StringComparison.Ordinal)) continue;
            found.AddRange(Opens().Matches(File.ReadAllText(file)).Select(m => $"{path}: {m.Value}"));
        }

        found.ShouldBeEmpty($"Ask ProviderHandlers ({Place}) for a client.");
        Opens().Count(File.ReadAllText(Repository.Path(Place + "/ProviderHandlers.cs"))).ShouldBeGreaterThan(2, "and the pattern finds them");
    }

    [GeneratedRegex(@"\bnew (?:HttpClient|HttpClientHandler|SocketsHttpHandler|TcpClient|Socket|ClientWebSocket)\b|: HttpClientHandler\b|\bHttpClient \w+ = new\b|\bnew\(For\(|\bDns\.Get\w+")]
    private static partial Regex Opens();
}
