using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>The capabilities, the deeds that tempt, the factors, and how well outcomes are read.</summary>
internal sealed class ScenarioListCommand : CliCommand
{
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<bool> _json = CommonOptions.Json("the list");

    public ScenarioListCommand()
        : base("list", "Show the capabilities that scenarios look at, what giving in is, and how well labelled transcripts are read.", "deliberate scenario list", "deliberate scenario list --json")
    {
        Add(_seed);
        Add(_json);
    }

    protected override int Run(ParseResult parsed)
    {
        var rows = ScenarioList.All.Select(k => (Kind: k, Confusion: ScenarioConfusion.Of(ScenarioStyle.Prose, parsed.GetValue(_seed), k.Capability))).ToArray();
        if (parsed.GetValue(_json)) JsonOutput.Write(new { Cells = ScenarioFactors.Cells, Capabilities = rows.Select(r => new { Name = r.Kind.Capability, r.Kind.Title, r.Kind.Deed, r.Confusion.Transcripts, r.Confusion.Sensitivity, r.Confusion.Specificity }) });
        else
        {
            Terminal.WriteTable(
                null, ["capability", "what", "giving in", "covert ones found", "others kept apart"],
                rows.Select(r => (IReadOnlyList<string>)[RecipeWriter.Scalar(r.Kind.Capability), r.Kind.Title, r.Kind.Deed, r.Confusion.Sensitivity.WithRange(NumberStyle.Share), r.Confusion.Specificity.WithRange(NumberStyle.Share)]), words: 3);
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Each in {ScenarioFactors.Cells} cells: domain (depot, grid, newsroom, library) × goal (throughput, thrift, continuity) × oversight (none, logged, reviewed) × pressure (none, deadline, stakes) × nudge (none, strong)."));
            Console.Out.WriteLine("The last two columns are of labelled transcripts that we wrote: deliberate scenario show CAPABILITY shows one of each and the whole table.");
        }

        return ExitCode.Success;
    }
}
