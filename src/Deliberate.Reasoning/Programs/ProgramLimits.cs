namespace Deliberate.Reasoning;

/// <summary>What a program is written in.</summary>
internal enum ProgramLanguage
{
    /// <summary>By the system's python3.</summary>
    Python,

    /// <summary>A C# script: methods, types, statements, in any order. By the .NET SDK's compiler.</summary>
    Csharp,
}

/// <summary>What a program may use while it is tested.</summary>
internal sealed record ProgramLimits
{
    public ProgramLanguage Language { get; init; }

    /// <summary>All tests of a program together, the interpreter's start included.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(5);

    public int MemoryMegabytes { get; init; } = 256;

    public int FileMegabytes { get; init; } = 8;

    public int Processes { get; init; } = 16;

    /// <summary>The interpreter, or the dotnet of an SDK; empty for the first python3 in PATH that the sandbox shows, or the SDK that is found.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];
}
