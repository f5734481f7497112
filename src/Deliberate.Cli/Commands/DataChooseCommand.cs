using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Cli;

/// <summary>
/// Chooses the problems that a model can sometimes solve, which are those that reinforcement learning learns from: by pass@k, estimated
/// from samples of each. What was measured is kept beside the output, so that the command goes on where it was stopped.
/// </summary>
internal sealed class DataChooseCommand : CliCommand
{
    /// <summary>Problems sampled before their numbers are written.</summary>
    private const int AtOnce = 16;

    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Argument<string> _problems = new("PROBLEMS") { Description = "JSON Lines of problems: prompt and answer." };
    private readonly Argument<string> _output = new("OUTPUT") { Description = "The problems that were chosen, each line as it was with \"pass_rate\" added. What was measured is kept in OUTPUT.rates.jsonl." };
    private readonly Option<string> _model = new("--model") { HelpName = "model", Required = true, Description = "The model that is to learn from them: a Hugging Face folder, a .gguf file, a checkpoint or a run." };
    private readonly Option<string?> _adapter = LoadedModel.AdapterOption();
    private readonly Option<string> _grader = new("--grader") { HelpName = "name", Description = "Grader of lines that name none: math, exact, numeric or choice.", DefaultValueFactory = _ => AnswerGraders.Default };
    private readonly Option<AnswerFormat> _format = ChoiceOption.Of<AnswerFormat>("--answer-format", "Where the answer stands in what the model writes.");
    private readonly Option<int> _samples = CommonOptions.Whole("--samples", "Completions of each problem.", 16, 1, 1024);
    private readonly Option<int> _k = CommonOptions.Whole("--k", "The k of pass@k.", 8, 1, 1024);
    private readonly Option<double> _low = CommonOptions.Real("--low", "Least pass@k.", 0.1, 0, 1);
    private readonly Option<double> _high = CommonOptions.Real("--high", "Largest pass@k.", 0.8, 0, 1);
    private readonly Option<int> _limit = CommonOptions.Whole("--limit", "Look at the first so many problems only; 0 for all.", 0, 0);
    private readonly Option<double> _temperature = CommonOptions.Real("--temperature", "That training will sample at.", 1, 0.01, 100);
    private readonly Option<int> _maxTokens = CommonOptions.Whole("--max-tokens", "Token budget of a completion.", 192, 1, 1 << 20);
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<string> _weights = LoadedModel.WeightsOption();
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<bool> _json = CommonOptions.Json("what was measured and chosen");

    public DataChooseCommand()
        : base(
            "choose",
            "Choose the problems that a model can sometimes solve: those whose pass@k lies between two bounds. Ctrl-C stops; the same command goes on.",
            "deliberate data choose problems.jsonl chosen.jsonl --model SmolLM2-135M-Instruct.Q4_1.gguf",
            "deliberate data choose problems.jsonl chosen.jsonl --model models/Qwen3-0.6B --samples 32 --k 8 --low 0.1 --high 0.8 --grader numeric --answer-format last_number")
    {
        Add(_problems);
        Add(_output);
        foreach (var option in new Option[] { _model, _adapter, _grader, _format, _samples, _k, _low, _high, _limit, _temperature, _maxTokens, _seed, _weights, _threads, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (path, output, samples, k) = (parsed.GetRequiredValue(_problems), parsed.GetRequiredValue(_output), parsed.GetValue(_samples), parsed.GetValue(_k));
        if (Path.GetFullPath(path) == Path.GetFullPath(output)) throw new UserError("Input and output are the same file.", output, advice: "Name another output.");
        if (k > samples) throw new UserError($"pass@{k} needs at least {k} samples of a problem.", field: "--samples", advice: "Draw more, or lower --k.");
        if (parsed.GetValue(_low) > parsed.GetValue(_high)) throw new UserError("the bounds leave nothing.", field: "--low");
        var grader = AnswerGraders.Get(parsed.GetRequiredValue(_grader));
        var own = OwnProblems.Load(Path.GetFileNameWithoutExtension(path), [path], [], grader);
        foreach (var note in own.Notes) Console.Error.WriteLine(note);
        var all = own.All(Split.Train).Concat(own.All(Split.Test)).OrderBy(p => p.Index).ToArray();
        if (parsed.GetValue(_limit) is > 0 and var limit) all = [.. all.Take(limit)];
        using var stop = new StopSignal("Stopping.");
        using var loaded = LoadedModel.Open(parsed.GetRequiredValue(_model), parsed.GetRequiredValue(_weights), parsed.GetValue(_threads), adapter: parsed.GetValue(_adapter));
        var options = new SamplingOptions { Temperature = parsed.GetValue(_temperature) };
        var rates = PassRateFile.Open(output + ".rates.jsonl", new PassRateConditions(loaded.Identity, grader.Name, parsed.GetValue(_format), samples, options.Temperature, parsed.GetValue(_maxTokens), parsed.GetValue(_seed)));
        var missing = all.Where(p => rates.Of(p) is null).ToArray();
        if (missing.Length > 0)
        {
            using var set = new ProblemSet(own, () => new AnswerScorer(grader), parsed.GetValue(_format));
            try
            {
                ProgressViews.Run(view => Measure(loaded, set, missing, samples, options, parsed.GetValue(_maxTokens), parsed.GetValue(_seed), rates, all.Length, view, stop.Token));
            }
            catch (OperationCanceledException)
            {
                Console.Error.WriteLine($"Stopped with {all.Count(p => rates.Of(p) is not null)} of {all.Length} problems measured. The same command goes on from there.");
                return ExitCode.Interrupted;
            }
        }

        var chosen = all.Where(p => rates.Of(p)!.PassAt(k) is { } pass && pass >= parsed.GetValue(_low) && pass <= parsed.GetValue(_high)).ToArray();
        AtomicFile.WriteText(output, string.Concat(chosen.Select(p => Line(p, rates.Of(p)!) + "\n")));
        Report(parsed, output, all, chosen, rates, k);
        return ExitCode.Success;
    }

    private static bool Measure(LoadedModel loaded, ProblemSet set, Problem[] problems, int samples, SamplingOptions options, int maxTokens, ulong seed, PassRateFile rates, int total, IProgressView view, CancellationToken cancellation)
    {
        var encoder = new ProblemEncoder(loaded.Format);
        var longest = problems.Max(p => encoder.Request(p, maxTokens, []).Prompt.Length);
        if (longest + maxTokens > loaded.Configuration.MaxPositions) throw new UserError($"a prompt of {longest} tokens and a budget of {maxTokens} exceed the model's context of {loaded.Configuration.MaxPositions}.", field: "--max-tokens", advice: "Lower it.");
        var slots = Math.Min(128, AtOnce * samples);
        using var sampler = new Sampler(loaded.Load(slots, longest + maxTokens), slots, longest + maxTokens);
        var loop = new SampleLoop(sampler, encoder, set);
        var done = total - problems.Length;
        view.Begin("problems", total, done, "problems");
        foreach (var part in problems.Chunk(AtOnce))
        {
            // A problem's samples are its own, whatever else is looked at.
            var groups = loop.Run(part, samples, maxTokens, options, (i, g) => new RandomStream(seed, StreamStage.Evaluation, problem: part[i].Index, sample: g), cancellation: cancellation);
            rates.Append(groups.Select((g, i) => new PassRate(RatedProblem.Of(part[i]), g.Samples.Count(s => s.IsJudged && s.Verdict.IsRight), g.Samples.Count(s => s.IsJudged))));
            done += part.Length;
            view.Advance(done, "");
        }

        return true;
    }

    private static string Line(Problem problem, PassRate rate)
    {
        var line = JsonNode.Parse(problem.State)!.AsObject();
        line["pass_rate"] = (double)rate.Right / rate.Samples;
        return line.ToJsonString(s_json);
    }

    private void Report(ParseResult parsed, string output, Problem[] all, Problem[] chosen, PassRateFile rates, int k)
    {
        var right = new ItemValues<string>();
        foreach (var problem in all)
        {
            var rate = rates.Of(problem)!;
            for (var i = 0; i < rate.Samples; i++) right.Add(problem.Canonical, i < rate.Right ? 1 : 0);
        }

        var (one, many) = (PassAtK.Over(right, 1), PassAtK.Over(right, k));
        if (parsed.GetValue(_json)) JsonOutput.Write(new { Output = output, Problems = all.Length, Chosen = chosen.Length, Pass1 = one, K = k, PassK = many, Low = parsed.GetValue(_low), High = parsed.GetValue(_high) });
        else
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{all.Length} problems: pass@1 {one.Value:0.000} [{one.Low:0.000}, {one.High:0.000}], pass@{k} {many.Value:0.000} [{many.Low:0.000}, {many.High:0.000}]"));
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{output}: {chosen.Length} problems with pass@{k} from {parsed.GetValue(_low)} to {parsed.GetValue(_high)}."));
        }
    }
}
