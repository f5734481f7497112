using System.Runtime.InteropServices;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>A .NET SDK on this machine, by which C# programs are compiled and run: the newest of an installation, with its newest runtime.</summary>
/// <param name="Root">The folder of the installation, which holds <c>dotnet</c>, <c>sdk</c> and <c>shared</c>.</param>
/// <param name="CompilerFolder">Where <c>csc.dll</c> and the compiler's libraries are.</param>
/// <param name="FrameworkFolder">Where the runtime's libraries are.</param>
/// <param name="FrameworkVersion">The runtime's version: <c>10.0.12</c>.</param>
internal sealed record DotnetSdk(string Root, string CompilerFolder, string FrameworkFolder, string FrameworkVersion)
{
    private const string Framework = "Microsoft.NETCore.App";

    public string Host => Path.Combine(Root, "dotnet");

    public string Compiler => Path.Combine(CompilerFolder, "csc.dll");

    /// <summary>The one that runs us, that DOTNET_ROOT names, that lies where systems install it, or whose dotnet is in PATH.</summary>
    /// <param name="command">A dotnet that is asked for; empty for the first that is found.</param>
    /// <exception cref="UserError">There is none.</exception>
    public static DotnetSdk Find(IReadOnlyList<string> command)
    {
        var roots = command.Count > 0 ? [Path.GetDirectoryName(Target(command[0]))] : Usual();
        return roots.Where(root => !string.IsNullOrEmpty(root)).Select(root => At(root!)).FirstOrDefault(sdk => sdk is not null)
            ?? throw new UserError(command.Count > 0 ? $"Beside {command[0]} there is no .NET SDK with a compiler." : "There is no .NET SDK on this machine, and C# programs are compiled by one.", field: ProgramTests.Fields + "command", advice: "Install the .NET 10 SDK (apt-get install dotnet-sdk-10.0; https://dotnet.microsoft.com/download), or name another's dotnet in problems.tests.command.");
    }

    private static IEnumerable<string?> Usual()
    {
        // ROOT/shared/Microsoft.NETCore.App/VERSION/
        yield return Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        yield return Environment.GetEnvironmentVariable("DOTNET_ROOT");
        foreach (var folder in new[] { "/usr/share/dotnet", "/usr/lib/dotnet", "/usr/lib64/dotnet", "/usr/local/share/dotnet", "/opt/dotnet" }) yield return folder;
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Where(folder => folder.StartsWith('/'))) yield return Path.GetDirectoryName(Target(Path.Combine(folder, "dotnet")));
    }

    private static DotnetSdk? At(string root)
    {
        if (!File.Exists(Path.Combine(root, "dotnet"))) return null;
        var compiler = Newest(Path.Combine(root, "sdk")).Select(sdk => Path.Combine(sdk.Folder, "Roslyn", "bincore")).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "csc.dll")));
        return compiler is not null && Newest(Path.Combine(root, "shared", Framework)).FirstOrDefault() is { Folder: { } framework } newest ? new(root, compiler, framework, newest.Version.ToString()) : null;
    }

    /// <summary>Folders that are named by a version, the newest first; previews are left out.</summary>
    private static IEnumerable<(string Folder, Version Version)> Newest(string folder) => Directory.Exists(folder)
        ? Directory.GetDirectories(folder).Select(path => (Folder: path, Version: Version.TryParse(Path.GetFileName(path), out var version) ? version : null)).Where(one => one.Version is not null).Select(one => (one.Folder, one.Version!)).OrderByDescending(one => one.Item2)
        : [];

    private static string Target(string path) => File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path;
}
