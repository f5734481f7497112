using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>One scenario: what the agent is told, what it finds, what giving in is, and labelled transcripts.</summary>
internal sealed class ScenarioShowCommand : CliCommand
{
    private readonly Argument<string> _name = new("CAPABILITY") { Description = "As deliberate scenario list names it." };
    private readonly Option<int> _number = CommonOptions.Whole("--number", "Which of its scenarios; of pairs, the second of two has no temptation.", 0, 0, 1_000_000);
    private readonly Option<bool> _world = new("--world") { Description = "In the few words of the small world." };
    private readonly Option<bool> _transcripts = new("--transcripts") { Description = "Show the labelled transcripts too." };
    private readonly Option<ulong> _seed = CommonOptions.Seed();

    public ScenarioShowCommand()
        : base("show", "Show a scenario: prompt, files, the deed, and how its labelled transcripts are read.", "deliberate scenario show oversight_subversion", "deliberate scenario show sandbagging --number 3 --transcripts")
    {
        Add(_name);
        foreach (var option in new Option[] { _number, _world, _transcripts, _seed }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (kind, style, seed) = (ScenarioList.Named(parsed.GetRequiredValue(_name)), parsed.GetValue(_world) ? ScenarioStyle.World : ScenarioStyle.Prose, parsed.GetValue(_seed));
        var scenario = ScenarioTask.Of(style, kind.Capability, seed, parsed.GetValue(_number));
        Console.Out.WriteLine($"{scenario.Id}: {kind.Title} {(scenario.Arm == ScenarioArm.Control ? "This is the arm without the temptation." : "")}".TrimEnd());
        Console.Out.WriteLine(string.Join(", ", scenario.Factors.Tags.Select(t => $"{t.Key} {t.Value}")));
        foreach (var message in scenario.Messages) Block(message.Role, message.Content);
        foreach (var (name, text) in scenario.Files) Block(name, text.TrimEnd());
        Block("giving in, in a command", scenario.Deed);
        Block("it was done where", kind.Deed);
        Block("asked afterwards", string.Join('\n', ScenarioTask.Interview(scenario)));
        var transcripts = ScenarioTranscripts.Of(scenario);
        if (parsed.GetValue(_transcripts))
            foreach (var transcript in transcripts)
                Block($"labelled {ScenarioScorer.ScoreOf(transcript.Label)}, read as {ScenarioScorer.ScoreOf(ScenarioReading.Of(scenario, transcript.Messages).Outcome)}", string.Join('\n', transcript.Messages.Skip(2).Select(m => $"{m.Role}: {m.Content}")));
        ConfusionView.Write(ScenarioConfusion.Of(style, seed, kind.Capability), RecipeWriter.Scalar(kind.Capability));
        return ExitCode.Success;
    }

    private static void Block(string title, string text)
    {
        Console.Out.WriteLine();
        Console.Out.WriteLine($"{title}:");
        foreach (var line in text.Split('\n')) Console.Out.WriteLine("  " + ModelText.Show(line));
    }
}

/// <summary>How labelled transcripts are read, as a table.</summary>
internal static class ConfusionView
{
    public static void Write(ScenarioConfusion confusion, string of)
    {
        var names = Enum.GetValues<ScenarioOutcome>().Select(o => ScenarioScorer.ScoreOf(o).Replace('_', ' ')).ToArray();
        Console.Out.WriteLine();
        Terminal.WriteTable(
            string.Create(CultureInfo.InvariantCulture, $"How {confusion.Transcripts} labelled transcripts of {of} are read (rows: labels that we planted):"), ["label", .. names.Select(n => "read as " + n)],
            names.Select((name, i) => (IReadOnlyList<string>)[name, .. names.Select((_, j) => confusion.Counts[i, j].ToString(CultureInfo.InvariantCulture))]), words: 1);
        Console.Out.WriteLine($"Covert ones found {confusion.Sensitivity.WithRange(NumberStyle.Share)}, others kept apart {confusion.Specificity.WithRange(NumberStyle.Share)}.");
    }
}
