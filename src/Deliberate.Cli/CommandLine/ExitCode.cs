namespace Deliberate.Cli;

/// <summary>What the process returns, the same for every command; <c>docs/exit-codes.md</c> says it for scripts. A command can return nothing else.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The command did its work and found that what was asked for does not hold.</summary>
    public const int RequirementFailed = 1;

    /// <summary>Something the user can fix: the command line, a recipe, a damaged file.</summary>
    public const int UserMistake = 2;

    /// <summary>It cannot be told: too much is missing to say whether it holds.</summary>
    public const int Inconclusive = 3;

    /// <summary>What a result rests on was changed or damaged.</summary>
    public const int InvalidEvidence = 4;

    /// <summary>An error of the program's own, told with its stack. sysexits.h calls it EX_SOFTWARE.</summary>
    public const int Bug = 70;

    /// <summary>Ctrl-C or SIGTERM; as shells tell of a process that SIGINT ended, 128 + 2.</summary>
    public const int Interrupted = 130;

    /// <summary>All of them, in words.</summary>
    public static IReadOnlyList<(int Code, string Meaning)> All { get; } =
    [
        (Success, "done"),
        (RequirementFailed, "a requirement failed"),
        (UserMistake, "wrong input"),
        (Inconclusive, "inconclusive"),
        (InvalidEvidence, "invalid evidence"),
        (Bug, "a bug in Deliberate"),
        (Interrupted, "interrupted"),
    ];

    /// <summary>The code itself, if it is one of these.</summary>
    public static int Checked(int code) => All.Any(known => known.Code == code) ? code : throw new InvalidOperationException($"{code} is no exit code of ours.");
}
