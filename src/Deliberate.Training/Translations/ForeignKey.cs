namespace Deliberate.Training;

/// <summary>A setting of another program, and what it is here.</summary>
/// <param name="Name">There; the dotted path of one that is nested.</param>
/// <param name="Ours">The key that it is here, or the several that it becomes; null where it has no counterpart. Of a stage's own keys <see cref="Stage"/> stands for the stage.</param>
/// <param name="About">How the two differ; of one without a counterpart, what it does there and why there is none.</param>
internal sealed record ForeignKey(string Name, string? Ours, string About = "")
{
    /// <summary>Stands for reinforcement, or for supervised where what is translated imitates.</summary>
    public const string Stage = "{stage}";

    /// <summary>Whether the value is taken over as it stands.</summary>
    public bool IsSame { get; init; }

    /// <summary>One whose value is taken over as it stands.</summary>
    public static ForeignKey Same(string name, string ours, string about = "") => new(name, ours, about) { IsSame = true };

    /// <summary>One without a counterpart.</summary>
    public static ForeignKey None(string name, string about) => new(name, null, about);

    /// <summary>The key here, of a stage.</summary>
    public string? OursOf(string stage) => Ours?.Replace(Stage, stage, StringComparison.Ordinal);

    /// <summary>What it is here, as a sentence.</summary>
    /// <param name="program">Whose setting it is.</param>
    public string Meaning(string program) => Ours is null
        ? $"{program}'s {Name} has no counterpart here: {About}"
        : $"{program}'s {Name} is {OursOf("reinforcement")} here{(About.Length > 0 ? $": {About}" : ".")}";
}
