using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Writes a model as a GGUF file or as a Hugging Face folder, and measures on a text of the user's what that cost.</summary>
internal sealed class ModelConvertCommand : CliCommand
{
    private static readonly string[] Types = [.. Enum.GetNames<FileStorage>().Select(n => n.ToLowerInvariant())];

    private readonly Argument<string> _model = LoadedModel.Argument();
    private readonly Argument<string> _output = new("OUTPUT") { Description = "What to write: a file that ends in .gguf for llama.cpp and Ollama, else a Hugging Face folder for transformers and vLLM." };
    private readonly Option<string?> _type = new("--type") { HelpName = string.Join('|', Types), Description = "How to store the weights; as the model has them if left out. Folders take f32, f16 and bf16." };
    private readonly Option<string?> _text = new("--text") { HelpName = "file", Description = $"Measure what the storage does to log-probabilities. {TextFile.Description}" };
    private readonly Option<int> _context = CommonOptions.Whole("--context", "Tokens that the model sees at once when it is measured; 0 for the model's, at most 1024.", 0, 0);
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace an output that is there." };
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<bool> _json = CommonOptions.Json("what was written and measured");

    public ModelConvertCommand()
        : base(
            "convert",
            "Write a model as a GGUF file for llama.cpp, or as a Hugging Face folder, and measure what that costs.",
            "deliberate model convert runs/quickstart/arithmetic arithmetic.gguf",
            "deliberate model convert models/Qwen3-0.6B qwen3.Q8_0.gguf --type q8_0 --text book.txt   # with the shift of log-probabilities",
            "deliberate model convert SmolLM2-135M-Instruct.Q4_1.gguf smollm2 --type bf16")
    {
        Add(_model);
        Add(_output);
        foreach (var option in new Option[] { _type, _text, _context, _overwrite, _threads, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (output, text) = (parsed.GetRequiredValue(_output), parsed.GetValue(_text));
        var texts = text is null ? null : TextFile.Read(text);
        var location = CheckpointChoice.Find(parsed.GetRequiredValue(_model)).Location;
        var (from, to) = (Path.TrimEndingDirectorySeparator(Path.GetFullPath(location)), Path.TrimEndingDirectorySeparator(Path.GetFullPath(output)));
        if (from == to) throw new UserError("The model cannot be written over itself.", output, field: "OUTPUT", advice: "Name another output.");
        // A folder is replaced with all that is in it: other checkpoints, evaluations, the model itself.
        if (from.StartsWith(to + Path.DirectorySeparatorChar, StringComparison.Ordinal)) throw new UserError("The model is in this folder, which would be replaced.", output, field: "OUTPUT", advice: "Name another output.");
        if (File.Exists(new RunFolder(output).Recipe)) throw new UserError("This is the folder of a run, which is not replaced by a model.", output, field: "OUTPUT", advice: "Name another output.");
        if ((File.Exists(output) || Directory.Exists(output)) && !parsed.GetValue(_overwrite)) throw new UserError("There is such a file or folder already.", output, field: "OUTPUT", advice: "Name another, or say --overwrite.");
        using var stop = new StopSignal("Stopping: what is there stays as it was.");
        using var opened = PretrainedModel.Open(location);
        var storage = Storage(parsed.GetValue(_type), opened);
        var clock = Stopwatch.StartNew();
        IReadOnlyList<string> remarks = [];
        var shift = ProgressViews.Run(view =>
        {
            view.Begin($"{opened.Name} as {storage}", GgufExport.Count(opened.Configuration), unit: "weights");
            var reporter = new Reporter(view);
            if (IsGguf(output)) remarks = GgufExport.Write(output, opened, storage, reporter, stop.Token);
            else ModelWriter.Write(output, opened, storage, reporter, stop.Token);
            if (texts is null) return null;
            using var device = Device.Cpu(parsed.GetValue(_threads));
            view.Begin("log-probabilities before and after", 2 * texts.Sum(t => (long)opened.Text.Tokenizer.Encode(t, parseSpecial: false).Length), unit: "tokens");
            return StorageShift.Measure(location, output, texts, device, parsed.GetValue(_context), reporter, stop.Token);
        });
        var bytes = File.Exists(output) ? new FileInfo(output).Length : Directory.GetFiles(output).Sum(f => new FileInfo(f).Length);
        if (parsed.GetValue(_json)) JsonOutput.Write(new { Model = opened.Name, Output = output, Type = storage.ToString(), Bytes = bytes, Remarks = remarks, Text = text, Shift = shift, Seconds = clock.Elapsed.TotalSeconds });
        else Write(output, storage, bytes, remarks, text, shift, clock.Elapsed);
        return ExitCode.Success;
    }

    private static FileStorage Storage(string? type, PretrainedModel model)
    {
        if (type is null) return model.Text.Heritage?.Storage ?? FileStorage.F32;
        if (!Types.Contains(type, StringComparer.Ordinal)) throw new UserError($"\"{type}\" is no way to store weights.", field: "--type", advice: $"Choose {string.Join(", ", Types)}.");
        return Enum.Parse<FileStorage>(type, ignoreCase: true);
    }

    private static bool IsGguf(string output) => output.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase);

    private static void Write(string output, FileStorage storage, long bytes, IReadOnlyList<string> remarks, string? text, StorageShift? shift, TimeSpan elapsed)
    {
        static string Number(double value) => value.ToString("0.00000", CultureInfo.InvariantCulture);
        static string Interval(Estimate e) => e.HasInterval ? $", 95% interval {Number(e.Low)} to {Number(e.High)}" : "";
        Console.Out.WriteLine($"written        {output}: {storage}, {Quantity.Bytes(bytes)}, in {Quantity.Duration(elapsed)}");
        foreach (var remark in remarks) Console.Out.WriteLine($"remark         {remark}");
        if (shift is null) return;
        Console.Out.WriteLine($"mean shift     {Number(shift.Mean.Value)} nats a token{Interval(shift.Mean)} ({shift.Before.Tokens} tokens of {text})");
        Console.Out.WriteLine($"mean size      {Number(shift.Absolute.Value)} nats{Interval(shift.Absolute)}; at most {Number(shift.Largest)}");
        Console.Out.WriteLine($"perplexity     {Number(shift.Before.Estimate.Value)} before, {Number(shift.After.Estimate.Value)} after");
    }

    /// <summary>Tells the view on the calling thread; the second measurement counts on from the first.</summary>
    private sealed class Reporter(IProgressView view) : IProgress<long>
    {
        private long _last, _before;

        public void Report(long value)
        {
            if (value < _last) _before += _last;
            _last = value;
            view.Advance(_before + value, "");
        }
    }
}
