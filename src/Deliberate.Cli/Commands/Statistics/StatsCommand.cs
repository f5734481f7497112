using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>The statistics of evaluations, on numbers of the user's own.</summary>
internal sealed class StatsCommand : CliCommand
{
    public StatsCommand()
        : base(
            "stats",
            "Statistics of evaluations on your own numbers: rates, means, pairs, several tests, raters, scores, pairwise judgements, mixed models.",
            "deliberate stats rate 3 300",
            "deliberate stats paired results.csv --first old --second new --cluster prompt",
            "deliberate stats agreement labels.csv --raters first,second")
    {
        Add(new StatsRateCommand());
        Add(new StatsMeanCommand());
        Add(new StatsPairedCommand());
        Add(new StatsAdjustCommand());
        Add(new StatsAgreementCommand());
        Add(new StatsScoresCommand());
        Add(new StatsPairwiseCommand());
        Add(new StatsCorrectedCommand());
        Add(new StatsMixedCommand());
        Add(new StatsPercentileCommand());
    }

    /// <summary>The file of a statistic's values.</summary>
    public static Argument<string> File() => new("FILE") { Description = "Values in columns: .csv or .tsv with a row of names, or JSON Lines of flat objects." };

    public static Option<string> Column(string name, string description) => new(name) { HelpName = "column", Description = description, Required = true };

    public static Option<string?> Cluster() => new("--cluster") { HelpName = "column", Description = "What hangs together, as the prompt that several rows share." };

    protected override int Run(ParseResult parsed) => throw new UserError("Which statistic?", advice: "deliberate stats rate, mean, paired, adjust, agreement, scores, pairwise, corrected, mixed or percentile; see deliberate stats --help.");
}
