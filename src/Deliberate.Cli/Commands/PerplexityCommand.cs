using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Cli;

/// <summary>Measures how well a model predicts a text, or the texts of a JSON Lines file.</summary>
internal sealed class PerplexityCommand : CliCommand
{
    private const int UsualContext = 1024;

    private readonly Argument<string> _model = LoadedModel.Argument();
    private readonly Argument<string> _file = new("FILE") { Description = TextFile.Description };
    private readonly Option<int> _context = CommonOptions.Whole("--context", $"Tokens that the model sees at once; 0 for the model's, at most {UsualContext}.", 0, 0);
    private readonly Option<int> _stride = CommonOptions.Whole("--stride", "Tokens from one window to the next: fewer give each token more before it and take longer; 0 for half the context.", 0, 0);
    private readonly Option<string?> _adapter = LoadedModel.AdapterOption();
    private readonly Option<string> _weights = LoadedModel.WeightsOption();
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<string> _device = CommonOptions.Device();
    private readonly Option<bool> _json = CommonOptions.Json("the measurements");

    public PerplexityCommand()
        : base(
            "perplexity",
            "Measure how well a model predicts a text: perplexity and bits per byte.",
            "deliberate perplexity model.gguf book.txt",
            "deliberate perplexity models/Qwen3-0.6B articles.jsonl --context 2048 --stride 512 --json")
    {
        Add(_model);
        Add(_file);
        foreach (var option in new Option[] { _context, _stride, _adapter, _weights, _threads, _device, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var path = parsed.GetRequiredValue(_file);
        var texts = TextFile.Read(path);
        using var stop = new StopSignal("Stopping.");
        using var loaded = LoadedModel.Open(parsed.GetRequiredValue(_model), parsed.GetRequiredValue(_weights), parsed.GetValue(_threads), adapter: parsed.GetValue(_adapter), device: parsed.GetRequiredValue(_device));
        var tokenizer = loaded.Format.Tokenizer;
        int[] begin = [.. tokenizer.Encode("", addSpecialTokens: true).Where(id => !loaded.Format.StopIds.Contains(id))];
        var context = loaded.Context(parsed.GetValue(_context), UsualContext);
        var stride = parsed.GetValue(_stride);
        var most = TextScorer.MostStride(begin, context);
        if (most < 1) throw new UserError($"a context of {context} leaves nothing to predict from.", field: "--context", advice: "Raise it.");
        if (stride > most) throw new UserError($"with a context of {context} the windows would leave tokens out.", field: "--stride", advice: $"It may be {most} at most.");
        if (stride == 0) stride = Math.Max(1, context / 2);
        var tokens = texts.Select(text => tokenizer.Encode(text, parseSpecial: false)).ToArray();
        var unscored = begin.Length > 0 ? 0 : 1;
        long scored = tokens.Sum(t => Math.Max(0L, t.Length - unscored));
        if (scored == 0) throw new UserError("There is nothing to predict: no text of two tokens.", path);
        // What a first token that is not scored spells is not counted either.
        var bytes = texts.Sum(t => (long)Encoding.UTF8.GetByteCount(t)) - tokens.Where(t => t.Length > 0).Sum(t => unscored * (long)Encoding.UTF8.GetByteCount(tokenizer.Decode(t.AsSpan(0, 1), skipSpecial: false)));
        var model = loaded.Load(1, TextScorer.TokenCapacity(context));
        var clock = Stopwatch.StartNew();
        var result = ProgressViews.Run(view =>
        {
            using var scorer = new TextScorer(model, begin, context, stride);
            view.Begin(loaded.Name, scored, unit: "tokens");
            return Perplexity.Of(scorer.Score(tokens, new Reporter(view), stop.Token), bytes, stride);
        });
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(new
            {
                Model = loaded.Name,
                File = path,
                Perplexity = result.Estimate,
                result.BitsPerByte,
                result.BitsPerToken,
                result.Loss,
                result.Tokens,
                result.Bytes,
                Texts = texts.Length,
                Context = context,
                Stride = stride,
                loaded.Weights,
                Seconds = clock.Elapsed.TotalSeconds,
            });
        }
        else
        {
            Write(path, texts.Length, result, context, stride, clock.Elapsed);
        }

        return ExitCode.Success;
    }

    private static void Write(string path, int texts, Perplexity result, int context, int stride, TimeSpan elapsed)
    {
        static string Number(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);
        var estimate = result.Estimate;
        Console.Out.WriteLine($"perplexity     {Number(estimate.Value)}{(estimate.HasInterval ? $", 95% interval {Number(estimate.Low)} to {Number(estimate.High)} ({estimate.Method.Words()})" : "")}");
        Console.Out.WriteLine($"bits per byte  {Number(result.BitsPerByte)}");
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"tokens         {result.Tokens} scored, {result.Bytes} bytes of {(texts == 1 ? path : $"{texts} texts in {path}")}"));
        Console.Out.WriteLine($"windows        {context} tokens, each {stride} further on");
        Console.Out.WriteLine($"time           {Quantity.Duration(elapsed)}, {Quantity.Rate(result.Tokens / elapsed.TotalSeconds, "tokens")}");
    }

    /// <summary>Tells the view on the calling thread, which <see cref="Progress{T}"/> would not.</summary>
    private sealed class Reporter(IProgressView view) : IProgress<long>
    {
        public void Report(long value) => view.Advance(value, "");
    }
}
