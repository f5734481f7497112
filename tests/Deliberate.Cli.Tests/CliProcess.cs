using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Deliberate.Cli.Host;

namespace Deliberate.Cli.Tests;

/// <summary>The real program: <c>dotnet deliberate.dll ARGUMENTS</c> in a process of its own, or in one that is warm.</summary>
internal sealed partial class CliProcess : IDisposable
{
    public const int Interrupt = 2;

    public const int Kill9 = 9;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);
    private readonly Process _process;
    private readonly StringBuilder _output = new(), _error = new();

    private CliProcess(string folder, string[] arguments, string input, (string Name, string Value)[]? environment = null)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "deliberate.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? []) start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.StandardInput.Write(input);
        _process.StandardInput.Close();
        _process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Append(_error, line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it wrote to standard error so far.</summary>
    public string Error
    {
        get
        {
            lock (_error) return _error.ToString();
        }
    }

    /// <summary>What it wrote to standard output so far.</summary>
    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    public static CliProcess Start(string folder, params string[] arguments) => new(folder, arguments, input: "");

    /// <summary>The program in a process that has run other commands before (<see cref="WarmProgram"/>).</summary>
    public static CliResult Run(string folder, params string[] arguments) => RunWith("", folder, arguments);

    /// <summary>The program in a new process, for what depends on a process: its working folder's fate, what it loads, its environment.</summary>
    public static CliResult RunAlone(string folder, params string[] arguments)
    {
        using var process = Start(folder, arguments);
        return process.Wait();
    }

    /// <param name="environment">Variables that it has besides ours.</param>
    public static CliResult RunIn((string Name, string Value)[] environment, string folder, params string[] arguments)
    {
        using var process = new CliProcess(folder, arguments, input: "", environment);
        return process.Wait();
    }

    /// <param name="input">What the program reads from standard input.</param>
    public static CliResult RunWith(string input, string folder, params string[] arguments) => WarmProgram.Run(new HostCommand(folder, arguments, input), Longest);

    /// <summary>Waits until standard error holds the text.</summary>
    public void WaitFor(string text) => WaitFor(text, () => Error);

    /// <summary>The same of standard output.</summary>
    public void WaitForOutput(string text) => WaitFor(text, () => Output);

    private void WaitFor(string text, Func<string> said)
    {
        var clock = Stopwatch.StartNew();
        while (!said().Contains(text, StringComparison.Ordinal))
        {
            if (_process.HasExited || clock.Elapsed > Longest) Assert.Fail($"\"{text}\" was never written:\n{Error}");
            Thread.Sleep(5);
        }
    }

    public void Signal(int signal) => Kill(_process.Id, signal).ShouldBe(0);

    public CliResult Wait()
    {
        if (!_process.WaitForExit(Longest)) Assert.Fail($"The program did not end in {Longest}:\n{Error}");
        // Once more without a limit: until the streams are read to their ends.
        _process.WaitForExit();
        return new CliResult(_process.ExitCode, _output.ToString(), Error);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static void Append(StringBuilder to, string? line)
    {
        if (line is null) return;
        lock (to) to.Append(line).Append('\n');
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}

/// <summary>How a process ended.</summary>
internal sealed record CliResult(int ExitCode, string Output, string Error)
{
    /// <summary>Fails unless it was a user's mistake told in one line without a stack; returns the line.</summary>
    public string ShouldBeUserMistake()
    {
        ExitCode.ShouldBe(2, Error);
        var line = Error.TrimEnd('\n').Split('\n')[^1];
        line.ShouldStartWith("error: ");
        Error.ShouldNotContain("   at ");
        Error.Split('\n').Count(l => l.StartsWith("error:", StringComparison.Ordinal)).ShouldBe(1);
        return line;
    }

    public CliResult ShouldSucceed()
    {
        ExitCode.ShouldBe(0, Error);
        return this;
    }
}
