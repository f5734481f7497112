using System.ComponentModel;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>Answers that are programs, judged by the tests in their problem's line: see <see cref="ProgramScorer"/>. They run in the sandbox or not at all.</summary>
internal sealed record TestsRecipe : ICheckedRecipe
{
    [Description("What programs and tests are written in: python, or csharp (a C# script; needs a .NET SDK).")]
    public ProgramLanguage Language { get; init; }

    [Description("The interpreter of Python and its arguments, of those that the sandbox shows, or the dotnet of a .NET SDK; [] for python3, or the SDK that is found.")]
    public IReadOnlyList<string> Command { get; init; } = [];

    [Description("Seconds for all tests of a program; then it is killed, and has failed.")]
    [InRange(0.1, 3600)]
    public double TimeoutS { get; init; } = 5;

    [Description("Megabytes of memory that a program may hold, all its processes together.")]
    [InRange(16, 1 << 20)]
    public int MemoryMb { get; init; } = 256;

    [Description("Megabytes that it may write, into a folder that is gone afterwards.")]
    [InRange(1, 1 << 20)]
    public int FileMb { get; init; } = 8;

    [Description("Processes and threads that it may have.")]
    [InRange(1, 1 << 20)]
    public int Processes { get; init; } = 16;

    [Description("Programs at a time; 0 for one a core.")]
    [InRange(0, 1024)]
    public int Parallel { get; init; }

    public ProgramLimits Limits => new() { Language = Language, Command = Command, Time = TimeSpan.FromSeconds(TimeoutS), MemoryMegabytes = MemoryMb, FileMegabytes = FileMb, Processes = Processes };

    /// <summary>The scorer, several programs at a time.</summary>
    /// <param name="notice">Told of its first failures.</param>
    /// <exception cref="UserError">Programs cannot be run here.</exception>
    public VerifierRunner Create(Action<string>? notice = null)
    {
        ProgramScorer.Check(Limits);
        // The program is killed at its own time; this is for what may go wrong around it.
        return new VerifierRunner(new ProgramScorer(Limits), Parallel > 0 ? Parallel : Environment.ProcessorCount, TimeSpan.FromSeconds(TimeoutS + 30), 0.05, 2, notice);
    }

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        if (Command.Count > 0 && string.IsNullOrWhiteSpace(Command[0])) yield return ("command", "The interpreter has no name.");
        if (Language == ProgramLanguage.Csharp && Command.Count > 1) yield return ("command", "It is the path of a dotnet, without arguments.");
    }
}
