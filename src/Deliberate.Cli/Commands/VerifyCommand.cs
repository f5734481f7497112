using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Tries a verifier or a grader on completions that the user gives, before a run relies on it.</summary>
internal sealed class VerifyCommand : CliCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "JSON Lines: each line a problem (prompt, answer, and what the verifier reads) with a \"completion\" to judge; optionally \"truncated\" and \"thought_opened_by\"." };
    private readonly Option<string?> _recipe = new("--recipe") { HelpName = "recipe", Description = "Judge as the problems section of this recipe does." };
    private readonly Option<string?> _verifier = new("--verifier") { HelpName = "command", Description = "Judge with this command, for example --verifier \"python3 check.py\"; relative to the current folder." };
    private readonly Option<string?> _grader = new("--grader") { HelpName = "name", Description = $"Judge with this grader: {string.Join(", ", AnswerGraders.All.Select(g => g.Name))}." };
    private readonly Option<string?> _model = new("--model") { HelpName = "model", Description = "Who wrote the completions: where the chat template ends prompts with a tag that opens the thought, they begin within it. That which the recipe starts from if left out." };
    private readonly Option<CommandMode> _mode = ChoiceOption.Of<CommandMode>("--mode", "Of the command: a process a sample, or processes that stay.");
    private readonly Option<AnswerFormat> _format = ChoiceOption.Of<AnswerFormat>("--answer-format", "Where the answer stands.");
    private readonly Option<SandboxUse> _sandbox = ChoiceOption.Of<SandboxUse>("--sandbox", "Of the command.");
    private readonly Option<double> _timeout = CommonOptions.Real("--timeout", "Seconds for one sample.", 5, 0.001, 86_400);
    private readonly Option<int> _count = CommonOptions.Whole("--count", "Verdicts to show; all of them count in the summary.", 20, 0);
    private readonly Option<string?> _log = LogOption.Create();
    private readonly Option<bool> _json = CommonOptions.Json("every verdict");

    public VerifyCommand()
        : base(
            "verify",
            "Try a verifier or grader on completions of your own before a run relies on it. Exit code 1 where the verifier failed.",
            "deliberate verify completions.jsonl --verifier \"python3 check.py\" --mode worker",
            "deliberate verify completions.jsonl --recipe recipes/examples/verifier.yaml",
            "deliberate verify completions.jsonl --grader math --json",
            "deliberate verify completions.jsonl --grader math --log verdicts.log")
    {
        Add(_file);
        foreach (var option in new Option[] { _recipe, _verifier, _grader, _model, _mode, _format, _sandbox, _timeout, _count, _log, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var problems = Judge(parsed);
        var samples = WrittenCompletion.Read(parsed.GetRequiredValue(_file), problems, Model(parsed));
        using var stop = new StopSignal("Stopping.");
        // Every failure is to be seen here, not only those that a run would stop at.
        using var runner = problems.Verifier is { } own ? (own with { MaxErrorShare = 1 }).Create() : null;
        IScorer scorer = runner is not null ? runner : new AnswerScorer(problems.AnswerGrader!, problems.Tolerance, problems.Lists);
        if (runner?.Verifier is CommandVerifier { Notice: { } notice }) Console.Error.WriteLine(notice);
        using var log = parsed.GetValue(_log) is { } path ? SampleLog.Begin(path, Name, json =>
        {
            json.WriteString("completions"u8, parsed.GetRequiredValue(_file));
            json.WriteString("judge"u8, scorer.Name);
        }) : null;
        var clock = Stopwatch.StartNew();
        var verdicts = scorer.ScoreAsync(samples, stop.Token).AsTask().GetAwaiter().GetResult();
        var elapsed = clock.Elapsed;
        if (log is not null)
        {
            foreach (var (sample, verdict) in samples.Zip(verdicts)) SampleLog.Append(log, sample, verdict);
        }

        if (parsed.GetValue(_json)) JsonOutput.Write(new { Verifier = scorer.Name, Verdicts = samples.Zip(verdicts, Json), Summary = Summary(verdicts), Log = LogOption.Json(parsed.GetValue(_log), log) });
        else Write(scorer, samples, verdicts, parsed.GetValue(_count), elapsed);
        if (!parsed.GetValue(_json)) LogOption.Write(parsed.GetValue(_log), log);
        return VerifierRunner.ErrorsOf(scorer.Name, samples, verdicts).Count > 0 ? ExitCode.RequirementFailed : ExitCode.Success;
    }

    /// <summary>The problems section that the options describe.</summary>
    private ProblemsRecipe Judge(ParseResult parsed)
    {
        var (recipe, command, grader) = (parsed.GetValue(_recipe), parsed.GetValue(_verifier), parsed.GetValue(_grader));
        if (new[] { recipe, command, grader }.Count(o => o is not null) != 1) throw new UserError("Say who judges with exactly one of --recipe, --verifier and --grader.", advice: "See deliberate verify --help.");
        if (recipe is not null) return TrainRecipe.Read(recipe).Problems ?? throw new UserError("The recipe has no section problems.", recipe, field: "problems");
        if (grader is not null) return new ProblemsRecipe { Grader = AnswerGraders.Get(grader).Name, AnswerFormat = parsed.GetValue(_format) };
        return new ProblemsRecipe
        {
            AnswerFormat = parsed.GetValue(_format),
            Verifier = new VerifierRecipe { Command = CommandWords.Of(command!, "--verifier"), Mode = parsed.GetValue(_mode), Sandbox = parsed.GetValue(_sandbox), TimeoutS = parsed.GetValue(_timeout), Folder = Path.GetFullPath(".") },
        };
    }

    /// <summary>The model that prompts are written for: the one named, else that which the recipe starts from, where it is there.</summary>
    private TextFormat? Model(ParseResult parsed)
    {
        if (parsed.GetValue(_model) is { } named) return CheckpointChoice.TextOf(named);
        if (parsed.GetValue(_recipe) is not { } recipe || TrainRecipe.Read(recipe).Model.From is not { } from) return null;
        if (File.Exists(from) || Directory.Exists(from)) return CheckpointChoice.TextOf(from);
        Console.Error.WriteLine($"The recipe's model {from} is not there: whether its prompts open a thought is not known (--model names another).");
        return null;
    }

    private static void Write(IScorer scorer, List<Sample> samples, IReadOnlyList<Verdict> verdicts, int shown, TimeSpan elapsed)
    {
        var rows = samples.Zip(verdicts).Take(shown).Select(v => (IReadOnlyList<string>)
        [
            v.First.Problem.Index.ToString(CultureInfo.InvariantCulture), Words(v.Second.Outcome), v.Second.Value.ToString("0.###", CultureInfo.InvariantCulture), v.First.Answer ?? "", v.Second.Reason,
            string.Join(", ", v.Second.Scores.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Name} {s.Value:0.###}"))),
        ]).ToArray();
        if (rows.Length > 0) Terminal.WriteTable($"{scorer.Name}:", ["line", "outcome", "score", "answer", "why", "components"], rows, words: 6);
        if (samples.Count > shown) Console.Out.WriteLine($"... and {samples.Count - shown} more (--count shows more).");
        var sandbox = scorer is VerifierRunner { Verifier: CommandVerifier command } ? command.IsSandboxed ? ", in a sandbox" : ", without a sandbox" : "";
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", Summary(verdicts).Select(s => $"{s.Value} {s.Key.Replace('_', ' ')}"))}; {1000 * elapsed.TotalSeconds / samples.Count:0.0} ms a sample{sandbox}."));
        foreach (var error in VerifierRunner.ErrorsOf(scorer.Name, samples, verdicts).Take(3)) Console.Error.WriteLine("error: " + error);
    }

    private static Dictionary<string, int> Summary(IReadOnlyList<Verdict> verdicts) => verdicts.GroupBy(v => v.Outcome).OrderBy(g => g.Key).ToDictionary(g => RecipeWriter.Scalar(g.Key), g => g.Count());

    private static string Words(SampleOutcome outcome) => RecipeWriter.Scalar(outcome).Replace('_', ' ');

    private static object Json(Sample sample, Verdict verdict) => new { Line = sample.Problem.Index, Id = OwnProblem.IdOf(sample.Problem), sample.Answer, sample.Thinking, verdict.Outcome, Score = verdict.Value, verdict.Reason, Components = verdict.Scores.ToDictionary(s => s.Name, s => s.Value) };
}
