using System.CommandLine;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Cli;

/// <summary>All judges: what each finds, what it needs, how good it is known to be.</summary>
internal sealed class JudgeListCommand : CliCommand
{
    private readonly Option<bool> _json = CommonOptions.Json("the list");

    public JudgeListCommand()
        : base("list", "Show the judges there are, what each finds, and what is known of how good they are.", "deliberate judge list", "deliberate judge list --json") => Add(_json);

    protected override int Run(ParseResult parsed)
    {
        var shipped = RefusalClassifier.Shipped;
        if (parsed.GetValue(_json)) JsonOutput.Write(new { Judges = JudgeList.All.Select(j => new { j.Name, j.Title, j.Finds, j.NeedsModel }), Refusal = new { shipped.Identity, shipped.Weights.Origin, shipped.Confusion.Sensitivity, shipped.Confusion.Specificity, BalancedAccuracy = shipped.Confusion.BalancedAccuracy(1) } });
        else
        {
            Terminal.WriteTable(null, ["judge", "decides", "finds", "judging model"], JudgeList.All.Select(j => (IReadOnlyList<string>)[j.Name, j.Title, j.Finds, j.NeedsModel ? "to be named" : "none"]), words: 4);
            Console.Out.WriteLine($"refusal ({shipped.Identity}) against people, on prompts that its weights never saw: {Figures(shipped.Confusion)}.");
            Console.Out.WriteLine("How good the others are depends on the model: deliberate judge validate holds one against labels.");
        }

        return ExitCode.Success;
    }

    internal static string Figures(JudgeConfusion confusion) =>
        $"sensitivity {confusion.Sensitivity.WithRange(NumberStyle.Share)}, specificity {confusion.Specificity.WithRange(NumberStyle.Share)}, balanced accuracy {confusion.BalancedAccuracy(1).WithRange(NumberStyle.Share)}, {confusion.Positives + confusion.Negatives} answers to {confusion.Clusters.Count} prompts";
}
