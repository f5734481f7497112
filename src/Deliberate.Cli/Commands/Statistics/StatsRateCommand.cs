using System.CommandLine;
using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>A rate of independent tries by every interval; against another one, by every comparison.</summary>
internal sealed class StatsRateCommand : CliCommand
{
    private readonly Argument<int> _successes = new("SUCCESSES") { Description = "Of the tries." };
    private readonly Argument<int> _count = new("TRIES") { Description = "All tries." };
    private readonly Option<int[]> _against = new("--against") { HelpName = "successes tries", Description = "Another rate, of other items: the difference of the two.", Arity = new ArgumentArity(2, 2), AllowMultipleArgumentsPerToken = true };
    private readonly Option<double> _confidence = CommonOptions.Real("--confidence", "Of the intervals.", 0.95, 0.5, 0.9999);
    private readonly Option<bool> _json = CommonOptions.Json("the table");

    public StatsRateCommand()
        : base("rate", "A rate by every interval: Wilson, Clopper-Pearson, Jeffreys and others; two rates by every comparison.", "deliberate stats rate 234 250", "deliberate stats rate 0 300        # none seen: at most about 3 / n", "deliberate stats rate 234 250 --against 231 250")
    {
        Add(_successes);
        Add(_count);
        foreach (var option in new Option[] { _against, _confidence, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (successes, count) = Checked(parsed.GetValue(_successes), parsed.GetValue(_count));
        var confidence = parsed.GetValue(_confidence);
        if (parsed.GetValue(_against) is { Length: 2 } other)
        {
            var (successes2, count2) = Checked(other[0], other[1]);
            StatisticsView.Write(string.Create(CultureInfo.InvariantCulture, $"{successes} of {count} less {successes2} of {count2}, at {confidence:P0} confidence:"), RateTable.Compare(successes, count, successes2, count2, confidence), parsed.GetValue(_json));
            return ExitCode.Success;
        }

        StatisticsView.Write(string.Create(CultureInfo.InvariantCulture, $"{successes} of {count}, at {confidence:P0} confidence:"), RateTable.Of(successes, count, confidence), parsed.GetValue(_json));
        return ExitCode.Success;
    }

    private static (int Successes, int Count) Checked(int successes, int count) =>
        count < 1 || successes < 0 || successes > count
            ? throw new UserError(string.Create(CultureInfo.InvariantCulture, $"{successes} successes of {count} tries is no rate."), advice: "There is at least one try, and no more successes than tries.")
            : (successes, count);
}
