using System.Text;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>Makes a challenge from its own random numbers.</summary>
internal delegate Challenge ChallengeMaker(ref RandomStream random);

/// <summary>
/// A form of challenge that a seed fills. Templates, not instances, are parted: what a model may be developed on never comes from a
/// template that gates draw from.
/// </summary>
/// <param name="Name">Lower case, hyphens.</param>
/// <param name="Split">Test where gates draw from it, Train where development may.</param>
/// <param name="Make">A pure function of the random numbers.</param>
internal sealed record ChallengeTemplate(string Name, Split Split, ChallengeMaker Make);

/// <summary>
/// One challenge: what is asked, what stands on the workbench, and how it is judged. Either the final answer is compared
/// (<see cref="Answer"/>), or what the workbench holds in the end is checked by a program (<see cref="Check"/>).
/// </summary>
internal sealed record Challenge
{
    public required string Prompt { get; init; }

    /// <summary>What lies in the folder that commands run in.</summary>
    public IReadOnlyDictionary<string, byte[]> Files { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>A Python program that answers on the sandbox's loopback while a command runs; never among the files.</summary>
    public string Service { get; init; } = "";

    /// <summary>A flag, a letter, words: what the scorer compares with.</summary>
    public string Answer { get; init; } = "";

    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>A Python program that judges the final files (<see cref="WorkbenchCheck"/>); empty where the answer is compared.</summary>
    public string Check { get; init; } = "";

    /// <summary>Files that only the check sees.</summary>
    public IReadOnlyDictionary<string, byte[]> Hidden { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>What else only the scorer reads.</summary>
    public IReadOnlyDictionary<string, System.Text.Json.Nodes.JsonNode> More { get; init; } = new Dictionary<string, System.Text.Json.Nodes.JsonNode>();

    /// <summary>For slices: level, kind.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// What somebody who can do it would write: an answer, or commands for the workbench whose output holds it. It is in no item
    /// and no log; tests hold every template to it.
    /// </summary>
    public required string Solution { get; init; }

    public static Dictionary<string, byte[]> FilesOf(params ReadOnlySpan<(string Name, string Text)> files)
    {
        var all = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (name, text) in files) all[name] = Encoding.UTF8.GetBytes(text);
        return all;
    }

    /// <summary>A command that runs a Python program.</summary>
    public static string Python(string program) => $"```sh\npython3 - <<'END'\n{program.Trim()}\nEND\n```";
}
