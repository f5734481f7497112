namespace Deliberate.Cli;

/// <summary>What the process returns.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>A failure or an interruption.</summary>
    public const int Failure = 1;

    /// <summary>Something the user can fix: the command line, a recipe, a damaged file.</summary>
    public const int UserMistake = 2;
}
