using System.CommandLine;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Cli;

/// <summary>
/// Evaluates models: tasks on any model (<c>--model</c>), or, without one, the checkpoint itself on the held-out problems of its run.
/// </summary>
internal sealed class EvalCommand : CliCommand
{
    private readonly Argument<string[]> _targets = new("TASK")
    {
        Description = "Tasks to ask each --model: names (deliberate eval tasks lists them), NAME+TRANSFORM, suite:NAME (several tasks), family:NAME@LEVEL, a file of problems (.jsonl), a task of your own (.yaml). Without --model: a checkpoint or a run folder, measured on the problems that its run holds out.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly EvaluationOptions _options = new();

    public EvalCommand()
        : base(
            "eval",
            "Evaluate models: tasks on checkpoints and on models behind any OpenAI-compatible endpoint, every sample kept, every figure with its 95% interval, gates for CI. Exit codes: 1 a requirement fails, 3 it cannot be told, 4 a log was changed.",
            "deliberate eval runs/quickstart/arithmetic                                     # a checkpoint on its run's held-out problems",
            "deliberate eval runs/quickstart/arithmetic --level 5 --log eval.log            # harder than it was trained on; every sample kept",
            "deliberate eval family:arithmetic@3 --model runs/a --model runs/b --compare    # two models on the same items, tested in pairs",
            "deliberate eval capitals.yaml --model openai:gpt-5 --limit 50 --cost-limit 2   # a task of your own; providers are named in deliberate.yaml",
            "deliberate eval capitals.yaml --model openai:gpt-5 --require \"capitals.accuracy >= 0.9\" --junit eval.xml",
            "deliberate eval resume evaluations/20260301-101500                        # goes on where it was stopped or killed")
    {
        Add(_targets);
        _options.AddTo(this);
        Subcommands.Add(new EvalTasksCommand());
        Subcommands.Add(new EvalTransformsCommand());
        Subcommands.Add(new EvalResumeCommand());
        Subcommands.Add(new EvalCompareCommand());
        Subcommands.Add(new EvalPlanCommand());
        Subcommands.Add(new EvalLookCommand());
        Subcommands.Add(new EvalRegradeCommand());
        Subcommands.Add(new SchemaCommand<WrittenTask>("eval", "Deliberate evaluation task", "a task in YAML", "task"));
        Subcommands.Add(new EvalConvertCommand());
    }

    protected override int Run(ParseResult parsed)
    {
        var targets = parsed.GetValue(_targets) ?? [];
        if (targets.Length == 0) throw new UserError("Nothing was named to evaluate.", field: "TASK", advice: "Name a checkpoint, or tasks and a --model: deliberate eval tasks lists the tasks.");
        var models = _options.Models(parsed);
        if (models.Length > 0) return EvaluationSession.Run(_options.Request(parsed, targets), _options.Folder(parsed), _options, parsed);
        if (targets.Length > 1 || EvaluationTasks.IsTask(targets[0])) throw new UserError($"{(targets.Length > 1 ? "Several tasks" : "A task")}, and no model to ask.", field: "--model", advice: "Name one: --model openai:NAME, --model runs/mine, --model mock.");
        _options.RefuseWithoutModel(parsed, targets[0]);
        return CheckpointEvaluation.Run(targets[0], _options, parsed);
    }
}
