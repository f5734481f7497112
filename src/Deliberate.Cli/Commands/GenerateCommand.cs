using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Cli;

/// <summary>Answers every line of a file, many at a time; started again after it was stopped or killed, it goes on with what is missing.</summary>
internal sealed class GenerateCommand : CliCommand
{
    private const int UsualBudget = 512;

    private readonly Argument<string> _model = LoadedModel.Argument();
    private readonly Option<string> _input = new("--input") { HelpName = "file", Required = true, Description = "JSON Lines, each with messages (a conversation) or prompt (what a user asks; a text to continue where the model has no chat template, or raw is true); id and max_tokens may be given." };
    private readonly Option<string> _output = new("--output") { HelpName = "file", Required = true, Description = "JSON Lines with line, id, text, thinking, token counts, finish_reason and seed. An unfinished one is gone on with." };
    private readonly Option<bool> _fresh = new("--fresh") { Description = "Replace an output that is there instead of going on with it." };
    private readonly Option<bool> _raw = new("--raw") { Description = "Prompts are texts to continue as they are, also for a model with a chat template." };
    private readonly GenerationOptionSet _generation = new($"{UsualBudget}");
    private readonly GrammarOptions _grammar = new();
    private readonly SpeculationOptions _speculation = new();
    private readonly Option<int> _batch = CommonOptions.Whole("--batch", "Lines in work at once: more is faster and takes more memory. The answers do not depend on it.", 16, 1, 1024);
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<string?> _adapter = LoadedModel.AdapterOption();
    private readonly Option<string> _weights = LoadedModel.WeightsOption();
    private readonly Option<string> _cache = LoadedModel.CacheOption();
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<string> _device = CommonOptions.Device();
    private readonly Option<bool> _json = CommonOptions.Json("counts and speed");

    public GenerateCommand()
        : base(
            "generate",
            "Let a model answer every line of a file. Ctrl-C stops; the same command goes on.",
            "deliberate generate model.gguf --input questions.jsonl --output answers.jsonl",
            "deliberate generate models/Qwen3-0.6B --input questions.jsonl --output answers.jsonl --max-tokens 2048 --temperature 0.6 --seed 7",
            "deliberate generate model.gguf --input questions.jsonl --output answers.jsonl --json-schema person.schema.json",
            "deliberate generate model.gguf --input questions.jsonl --output answers.jsonl --device gpu   # docs/gpu.md",
            "deliberate generate runs/quickstart/arithmetic --input prompts.jsonl --output out.jsonl   # lines such as {\"prompt\": \"(3+4)*2-5=?\"}")
    {
        Add(_model);
        foreach (var option in new Option[] { _input, _output, _fresh, _raw }) Add(option);
        foreach (var option in _generation.All.Concat(_grammar.All).Concat(_speculation.All)) Add(option);
        foreach (var option in new Option[] { _batch, _seed, _adapter, _weights, _cache, _threads, _device, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (input, path, seed) = (parsed.GetRequiredValue(_input), parsed.GetRequiredValue(_output), parsed.GetValue(_seed));
        if (Path.GetFullPath(input) == Path.GetFullPath(path)) throw new UserError("Input and output are the same file.", path, field: "--output");
        var grammar = _grammar.Read(parsed);
        using var stop = new StopSignal("Stopping.");
        using var loaded = LoadedModel.Open(parsed.GetRequiredValue(_model), parsed.GetRequiredValue(_weights), parsed.GetValue(_threads), parsed.GetRequiredValue(_cache), parsed.GetValue(_adapter), parsed.GetRequiredValue(_device));
        var settings = _generation.Read(parsed, loaded.Format);
        var speculation = _speculation.Read(parsed, parsed.GetValue(_threads), out var draft);
        using var drafting = draft;
        var (stops, format) = (_generation.Stops(parsed), loaded.Format.StoppingAt(_generation.Stops(parsed), "--stop"));
        var budget = settings.MaxTokens ?? UsualBudget;
        var earlier = parsed.GetValue(_fresh) ? null : GenerationRecord.Beside(path);
        var date = earlier?.Date ?? DateOnly.FromDateTime(DateTime.UtcNow);
        var lines = GenerationInput.Read(input, loaded.Format, loaded.Configuration.MaxPositions, budget, seed, new DayClock(date), parsed.GetValue(_raw));
        var record = GenerationRecord.Of(loaded, input, seed, budget, settings.Sampling, stops, date, parsed.GetValue(_raw)) with { Grammar = grammar is null ? null : $"{grammar.Kind}: {grammar.Source}" };
        using var output = GenerationOutput.Open(path, record, earlier, lines, parsed.GetValue(_fresh));
        var (before, missing) = (output.Answers.Count, output.Missing);
        var clock = Stopwatch.StartNew();
        if (missing.Count > 0)
        {
            Console.Error.WriteLine($"Sampling: {GenerationOptionSet.Describe(settings)}");
            if (earlier is not null && earlier.Device != record.Device)
                Console.Error.WriteLine($"This output was begun on \"{earlier.Device}\" and goes on on \"{record.Device}\": answers may differ from what they would have been.");
            loaded.Load(Math.Min(parsed.GetValue(_batch), missing.Count), missing.Max(l => l.Prompt.Length + l.MaxTokens));
            try
            {
                ProgressViews.Run(view => Generate(loaded, settings.Sampling, format, grammar, speculation, missing, output, view, parsed.GetValue(_batch), seed, stop.Token));
            }
            catch (OperationCanceledException)
            {
                Console.Error.WriteLine($"Stopped with {output.Answers.Count} of {lines.Count} lines answered. The same command goes on from there.");
                return ExitCode.Interrupted;
            }
        }

        output.Finish();
        Report(parsed, path, lines.Count, before, output.Answers, clock.Elapsed);
        return ExitCode.Success;
    }

    private static bool Generate(LoadedModel loaded, SamplingOptions sampling, TextFormat format, OutputGrammar? grammar, Speculation? speculation, IReadOnlyList<GenerationLine> lines, GenerationOutput output, IProgressView view, int batch, ulong seed, CancellationToken cancellation)
    {
        var requests = lines.Select(l => new SampleRequest(l.Prompt, l.MaxTokens, [l.Stream]) { Watch = AnswerReader.Watch(format, l.Text), Constraint = GrammarConstraint.Of(format, l.Text, grammar) }).ToArray();
        var positions = requests.Max(r => r.Prompt.Length + r.MaxTokens);
        using var sampler = new Sampler(loaded.Model, Math.Min(batch, requests.Length), positions, loaded.Cache, (Speculation.DrafterOf(speculation, loaded.Model, format.Tokenizer, positions), speculation?.Tokens ?? 0));
        view.Begin(loaded.Name, output.Answers.Count + lines.Count, output.Answers.Count, "lines");
        sampler.Sample(requests, sampling, [.. format.StopIds], observer: new Recorder(lines, output, format, view, seed), cancellation: cancellation);
        return true;
    }

    private void Report(ParseResult parsed, string path, int lines, int before, List<GenerationAnswer> answers, TimeSpan elapsed)
    {
        long tokens = answers.Skip(before).Sum(a => (long)a.CompletionTokens);
        var cut = answers.Count(a => a.FinishReason == FinishReason.Length);
        var empty = answers.Count(a => string.IsNullOrWhiteSpace(a.Text) && a.FinishReason != FinishReason.Length);
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(new
            {
                Output = path,
                Lines = lines,
                Generated = lines - before,
                Kept = before,
                CompletionTokens = tokens,
                PromptTokens = answers.Skip(before).Sum(a => (long)a.PromptTokens),
                CutOff = cut,
                Empty = empty,
                Seconds = elapsed.TotalSeconds,
                TokensPerSecond = tokens == 0 ? (double?)null : tokens / elapsed.TotalSeconds,
            });
            return;
        }

        Console.Out.WriteLine(before == lines
            ? $"{path} is complete: {lines} lines were there already."
            : string.Create(CultureInfo.InvariantCulture, $"{path}: {lines} lines{(before > 0 ? $", {before} of them from before" : "")}; {Quantity.Count(tokens)} tokens in {Quantity.Duration(elapsed)}, {tokens / elapsed.TotalSeconds:0.0} tokens/s."));
        if (cut > 0) Console.Out.WriteLine($"{cut} of {lines} answers were cut off by the token budget (finish_reason length); raise --max-tokens.");
        if (empty > 0) Console.Out.WriteLine($"{empty} of {lines} answers are empty: the model ended them at once. {(parsed.GetValue(_raw) ? "A model that was trained on conversations often does where it is given raw text; leave out --raw." : "Look at what it is asked, and at whether it was trained to answer that.")}");
    }

    /// <summary>Writes each answer as it comes, and shows how it goes.</summary>
    private sealed class Recorder(IReadOnlyList<GenerationLine> lines, GenerationOutput output, TextFormat format, IProgressView view, ulong seed) : ISampleObserver
    {
        private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
        private readonly RateMeter _tokens = new(TimeProvider.System, total: 0);
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private long _drawn;

        public void Drawn(int tokens)
        {
            _drawn += tokens;
            if (_clock.Elapsed >= Pause) Show();
        }

        public void Finished(int request, int sample, Rollout rollout)
        {
            output.Append(GenerationAnswer.Of(lines[request], rollout, format, seed));
            Show();
        }

        private void Show()
        {
            _tokens.Update(_drawn);
            view.Advance(output.Answers.Count, Quantity.Rate(_tokens.Rate, "tokens"));
            _clock.Restart();
        }
    }
}
