using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// The program that compiles and runs C# programs inside the sandbox. Its text is in our assembly, and it is compiled there too, once a
/// process, by the compiler of the SDK that is found: nothing of a compiler is shipped, and tool, library and single file work alike.
/// </summary>
/// <param name="Sdk">What it was compiled with and runs on.</param>
/// <param name="Assembly">The program.</param>
internal sealed record CSharpHarness(DotnetSdk Sdk, byte[] Assembly)
{
    public const string FileName = "harness.dll";

    private const string Settings = "harness.runtimeconfig.json", Arguments = "harness.rsp", Resources = "harness/";

    private static readonly ConcurrentDictionary<string, Lazy<CSharpHarness>> Made = new(StringComparer.Ordinal);

    /// <summary>The harness for a dotnet that a recipe names, or for the SDK that is found.</summary>
    /// <exception cref="UserError">There is no SDK, no sandbox, or the sandbox does not show the SDK.</exception>
    public static CSharpHarness For(IReadOnlyList<string> command) => Made.GetOrAdd(string.Join('\n', command), _ => new(() => Make(DotnetSdk.Find(command)))).Value;

    /// <summary>A command of the harness in the sandbox.</summary>
    /// <param name="arguments">What it is to do.</param>
    /// <param name="limits">What it may use.</param>
    public SandboxSpecification Specification(IReadOnlyList<string> arguments, SandboxLimits limits) => Specification(Sdk, [FileName, .. arguments], limits) with
    {
        Files = new Dictionary<string, byte[]>
        {
            [FileName] = Assembly,
            [Settings] = Encoding.UTF8.GetBytes($$$$"""{"runtimeOptions":{"framework":{"name":"Microsoft.NETCore.App","version":"{{{{Sdk.FrameworkVersion}}}}"}}}"""),
        },
    };

    private static SandboxSpecification Specification(DotnetSdk sdk, IReadOnlyList<string> arguments, SandboxLimits limits) => new()
    {
        Command = [sdk.Host, "exec", .. arguments],
        IsUntrusted = true,
        Visible = [sdk.Root],
        Limits = limits,
        Fields = ProgramTests.Fields,
        Environment = new Dictionary<string, string>
        {
            // Few threads, whatever the machine; a heap that throws before the sandbox kills; no files of the runtime's own.
            ["DOTNET_PROCESSOR_COUNT"] = "2",
            ["DOTNET_gcServer"] = "0",
            ["DOTNET_gcConcurrent"] = "0",
            ["DOTNET_GCHeapHardLimit"] = ((long)limits.MemoryMegabytes * 3 / 4 << 20).ToString("x", CultureInfo.InvariantCulture),
            ["DOTNET_EnableDiagnostics"] = "0",
            ["DOTNET_EnableWriteXorExecute"] = "0",
            ["DOTNET_TieredPGO"] = "0",
            ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1",
            ["DOTNET_NOLOGO"] = "1",
        },
    };

    private static CSharpHarness Make(DotnetSdk sdk)
    {
        var sources = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var name in typeof(CSharpHarness).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Resources, StringComparison.Ordinal)))
        {
            using var text = new MemoryStream();
            using var resource = typeof(CSharpHarness).Assembly.GetManifestResourceStream(name)!;
            resource.CopyTo(text);
            sources[name[Resources.Length..]] = text.ToArray();
        }

        var references = Directory.GetFiles(sdk.FrameworkFolder, "System.*.dll").Where(file => !file.Contains(".Native.", StringComparison.Ordinal))
            .Concat(["Microsoft.CodeAnalysis.dll", "Microsoft.CodeAnalysis.CSharp.dll"]).Select(file => $"-r:\"{Path.Combine(sdk.CompilerFolder, file)}\"");
        string[] options = ["-nologo", "-noconfig", "-nostdlib", "-optimize", "-nullable:enable", "-langversion:latest", $"-out:{FileName}", .. references, .. sources.Keys.Order(StringComparer.Ordinal)];
        var specification = Specification(sdk, [sdk.Compiler, "@" + Arguments], CSharpCompiler.Limits with { Time = TimeSpan.FromMinutes(2) });
        var result = SandboxRun.RunAsync(specification with { Files = new Dictionary<string, byte[]>(sources) { [Arguments] = Encoding.UTF8.GetBytes(string.Join('\n', options)) } }, [], CancellationToken.None).GetAwaiter().GetResult();
        return result.Succeeded && result.Files.TryGetValue(FileName, out var assembly) ? new(sdk, assembly)
            : throw new UserError($"The C# compiler of {sdk.Root} does not run in the sandbox: {result.Stopped ?? (Encoding.UTF8.GetString(result.Output) + result.Error).Trim().Split('\n')[0]}", field: ProgramTests.Fields + "command", advice: "Use the system's .NET SDK (in /usr), which the sandbox shows, or name another's dotnet in problems.tests.command; as root its folder has to be readable for all.");
    }
}
