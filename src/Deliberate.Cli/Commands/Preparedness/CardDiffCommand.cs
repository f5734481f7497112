using System.CommandLine;
using Deliberate.Core;
using Deliberate.Reports;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>What changed from one card to another.</summary>
internal sealed class CardDiffCommand : CliCommand
{
    private readonly Argument<string> _first = new("A") { Description = "A card: its page, Markdown or JSON." };
    private readonly Argument<string> _second = new("B") { Description = "Another." };
    private readonly Option<bool> _json = CommonOptions.Json("the differences");

    public CardDiffCommand()
        : base("diff", "Compare two cards: models, figures item by item where their logs are at hand, places that were filled, the gate.", "deliberate card diff release/1/card.html release/2/card.html", "deliberate card diff old.json new.json --json")
    {
        Add(_first);
        Add(_second);
        Add(_json);
    }

    protected override int Run(ParseResult parsed)
    {
        var diff = CardDiff.Of(parsed.GetRequiredValue(_first), parsed.GetRequiredValue(_second));
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(diff);
            return ExitCode.Success;
        }

        foreach (var fact in diff.Facts) Console.Out.WriteLine(fact);
        if (diff.Figures.Count > 0)
            Terminal.WriteTable("Figures:", ["", "A", "B", "difference", ""], diff.Figures.Select(f => (IReadOnlyList<string>)[f.Row, f.First, f.Second, f.Difference?.WithRange(NumberStyle.Share) ?? "-", f.Difference is { } d ? $"{DifferenceWords.Of(d, "larger", "smaller", "not told apart")}{(f.Why.Length > 0 ? $"; {f.Why}" : "")}" : f.Why]), words: 3);
        if (diff.Facts.Count + diff.Figures.Count == 0) Console.Out.WriteLine("The two cards say the same.");
        return ExitCode.Success;
    }
}
