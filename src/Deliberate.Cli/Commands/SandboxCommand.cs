using System.CommandLine;
using System.Globalization;
using System.Text;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Cli;

/// <summary>Runs a program as code that a model wrote is run: in the sandbox or not at all, with files in and out. Exit code 1 where it fails or is stopped.</summary>
internal sealed class SandboxCommand : CliCommand
{
    private readonly Argument<string[]> _command = new("COMMAND") { Description = "Program and arguments, after --.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string[]> _file = new("--file") { HelpName = "file", Description = "A file that it finds in its folder. May be given several times.", DefaultValueFactory = _ => [] };
    private readonly Option<string[]> _visible = new("--visible") { HelpName = "path", Description = "A further file or folder of this machine that it may read, such as that of a Python under your home. May be given several times.", DefaultValueFactory = _ => [] };
    private readonly Option<string?> _output = new("--output") { HelpName = "folder", Description = "Where the files go that it leaves in its folder; without it they are named and gone." };
    private readonly Option<SandboxNetwork> _network = ChoiceOption.Of<SandboxNetwork>("--network", "No sockets at all, or a loopback of its own.");
    private readonly Option<double> _time = CommonOptions.Real("--time", "Seconds until it is killed.", 10, 0.01, 86_400);
    private readonly Option<int> _memory = CommonOptions.Whole("--memory", "Megabytes that all of its processes may hold.", 512, 16, 1 << 20);
    private readonly Option<int> _files = CommonOptions.Whole("--file-size", "Megabytes of a file, of its folder in memory, and of the files that it leaves.", 64, 1, 1 << 20);
    private readonly Option<int> _processes = CommonOptions.Whole("--processes", "Processes and threads that it may have.", 64, 1, 1 << 20);
    private readonly Option<int> _bytes = CommonOptions.Whole("--output-bytes", "Bytes that it may write to standard output.", 1 << 20, 1);
    private readonly Option<bool> _json = CommonOptions.Json("how it ended and what it left");

    public SandboxCommand()
        : base(
            "sandbox",
            "Run a program as code that a model wrote is run: without network, home or other processes, within limits, or not at all. Exit code 1 where it fails or is stopped.",
            "deliberate sandbox --file answer.py -- python3 answer.py",
            "deliberate sandbox --file solve.py --output out --time 2 --memory 256 -- python3 solve.py --write result.txt",
            "deliberate sandbox --json -- sh -c \"ls /; id\"   # what it sees")
    {
        Add(_command);
        foreach (var option in new Option[] { _file, _visible, _output, _network, _time, _memory, _files, _processes, _bytes, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var specification = new SandboxSpecification
        {
            Command = parsed.GetRequiredValue(_command),
            IsUntrusted = true,
            Files = Read(parsed.GetValue(_file) ?? []),
            Visible = [.. (parsed.GetValue(_visible) ?? []).Select(Path.GetFullPath)],
            Network = parsed.GetValue(_network),
            Limits = new SandboxLimits
            {
                Time = TimeSpan.FromSeconds(parsed.GetValue(_time)),
                MemoryMegabytes = parsed.GetValue(_memory),
                FileMegabytes = parsed.GetValue(_files),
                Processes = parsed.GetValue(_processes),
                OutputBytes = parsed.GetValue(_bytes),
            },
            Fields = "--",
        };
        var folder = parsed.GetValue(_output);
        if (folder is not null && File.Exists(folder)) throw new UserError("This is a file, not a folder.", folder, field: "--output");
        using var stop = new StopSignal("Stopping.");
        var result = SandboxRun.RunAsync(specification, [], stop.Token).GetAwaiter().GetResult();
        if (folder is not null)
        {
            foreach (var (name, content) in result.Files) AtomicFile.Write(Path.Combine(folder, name), stream => stream.Write(content));
        }

        var output = Encoding.UTF8.GetString(result.Output);
        if (parsed.GetValue(_json)) JsonOutput.Write(new { result.ExitCode, result.Stopped, Output = output, result.Error, Files = result.Files.ToDictionary(f => f.Key, f => f.Value.Length) });
        else Write(result, output, folder);
        return result.Succeeded ? ExitCode.Success : ExitCode.RequirementFailed;
    }

    private static Dictionary<string, byte[]> Read(IReadOnlyList<string> paths)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            if (!File.Exists(path)) throw new UserError("There is no such file.", path, field: "--file");
            if (!files.TryAdd(Path.GetFileName(path), File.ReadAllBytes(path))) throw new UserError($"There is another file of the name {Path.GetFileName(path)}.", path, field: "--file");
        }

        return files;
    }

    private static void Write(SandboxResult result, string output, string? folder)
    {
        Console.Out.Write(output);
        if (output.Length > 0 && output[^1] != '\n') Console.Out.WriteLine();
        Console.Error.Write(result.Error);
        foreach (var (name, content) in result.Files) Console.Error.WriteLine($"left {(folder is null ? name : Path.Combine(folder, name))}, {Quantity.Bytes(content.Length)}");
        Console.Error.WriteLine(result.Stopped is { } stopped ? $"stopped: {stopped}" : string.Create(CultureInfo.InvariantCulture, $"ended with exit code {result.ExitCode}"));
    }
}
