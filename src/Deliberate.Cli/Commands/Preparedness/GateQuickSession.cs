using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>Measures what a policy asks for, within a time, before a gate decides: what is planned is said first, and what could not be asked afterwards.</summary>
internal sealed class GateQuickSession
{
    /// <summary>Below <c>--out</c>: what was measured.</summary>
    public const string Folder = "quick";

    private readonly Option<bool> _quick = new("--quick") { Description = "Measure first what the policy asks for, the cheapest tests first and within --minutes, then decide; evidence is kept in --out, and the same command goes on with it." };
    private readonly Option<double> _minutes = CommonOptions.Real("--minutes", "For --quick: how long it may take in all.", 40, 0.05, 1e5);
    private readonly Option<int> _tokens = CommonOptions.Whole("--max-tokens", "For --quick: token budget of an answer where the policy sets none.", 128, 1, 1 << 20);
    private readonly Option<string?> _data = new("--data") { HelpName = "folder", Description = "For --quick: folder of the public data that some tests read." };
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly ConfigurationOptions _configuration = new();

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _quick, _minutes, _tokens, _data, _threads }) command.Add(option);
        _configuration.AddTo(command);
    }

    public bool IsAsked(ParseResult parsed) => parsed.GetValue(_quick);

    /// <summary>Asks, and tells on the error stream, so that the result stays alone on the other.</summary>
    public void Run(ParseResult parsed, PolicyFile policy, GateModels models, string? output, CancellationToken cancellation)
    {
        if (output is null) throw new UserError("What is measured has to be kept.", field: "--out", advice: "Name a folder: --quick --out release/gate.");
        var (within, data) = (TimeSpan.FromMinutes(parsed.GetValue(_minutes)), parsed.GetValue(_data));
        var plan = QuickPlan.Of(policy, models, parsed.GetValue(_tokens), data is not null);
        var asked = plan.Where(t => t.Why.Length == 0).ToArray();
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{asked.Length} tasks for {asked.Sum(t => t.Tests.Count)} tests, at most {Quantity.Count(asked.Sum(t => t.Tokens))} tokens of answers; begun with the cheapest, for {Quantity.Duration(within)} at most:"));
        foreach (var test in asked) Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {test.Task} ({RecipeWriter.Scalar(test.State)}): {(test.Limit is { } n ? $"n = {n}" : "all items")}{(test.Attempts > 1 ? $", {test.Attempts} attempts" : "")}, {test.MaxTokens} tokens an answer, at most {Quantity.Count(test.Tokens)} in all"));
        using var handlers = new ProviderHandlers(_configuration.Load(parsed));
        var opened = new EvaluationModels(_configuration.Load(parsed), handlers) { Checkpoint = name => EvaluationSession.Checkpoint(name, parsed.GetValue(_threads)) };
        var became = ProgressViews.Run(view => new QuickRun(opened, handlers, TimeProvider.System).RunAsync(plan, state => models.In(state)!.Name, Path.Combine(output, Folder), within, data, (task, model) => new ProgressObserver(view, $"{task.Name}, {model}"), cancellation).GetAwaiter().GetResult());
        foreach (var (test, what) in became.Where(b => b.Became != QuickRun.Asked)) Console.Error.WriteLine($"not decided here: {string.Join(", ", test.Tests)} ({RecipeWriter.Scalar(test.State)}): {what}");
        foreach (var external in policy.Policy.Tests.Where(t => t.Measure.External is not null)) Console.Error.WriteLine($"not decided here: {external.Id}: measured outside ({external.Measure.External})");
    }
}
