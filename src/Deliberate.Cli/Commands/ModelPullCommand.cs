using System.CommandLine;
using System.Diagnostics;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Cli;

/// <summary>Gets a model from a hub into the cache that Python's transformers uses too.</summary>
internal sealed class ModelPullCommand : CliCommand
{
    private readonly Argument<string> _model = new("MODEL") { Description = "hf:OWNER/NAME, or hf:OWNER/NAME@REVISION for a branch, a tag or a commit." };
    private readonly Option<string[]> _include = new("--include")
    {
        HelpName = "pattern",
        Description = "Get the files of this name, * standing for any part of it, in place of those that a model needs. May be given several times.",
        DefaultValueFactory = _ => [],
    };

    private readonly ConfigurationOptions _configuration = new();
    private readonly Option<bool> _json = CommonOptions.Json("where it is and what was downloaded");

    public ModelPullCommand()
        : base(
            "pull",
            "Download a model from a hub, into the cache that transformers uses too. What was begun is gone on with; every file is checked by its checksum.",
            "deliberate model pull hf:HuggingFaceTB/SmolLM2-135M-Instruct",
            "deliberate model pull hf:Qwen/Qwen3-0.6B@main && deliberate chat hf:Qwen/Qwen3-0.6B",
            "deliberate model pull hf:OWNER/NAME-GGUF --include \"*Q4_K_M.gguf\"   # one of several files")
    {
        Add(_model);
        Add(_include);
        _configuration.AddTo(this);
        Add(_json);
    }

    protected override int Run(ParseResult parsed)
    {
        var reference = HubReference.Parse(parsed.GetRequiredValue(_model));
        var configuration = _configuration.Load(parsed);
        var settings = HubSettings.OfEnvironment();
        if (configuration.Offline is not null) settings = settings with { IsOffline = true };
        using var stop = new StopSignal("Stopping: the same command goes on where this stops.");
        using var connection = new HubConnection(settings, configuration);
        var clock = Stopwatch.StartNew();
        var reporter = new Reporter();
        var folder = ProgressViews.Run(view =>
        {
            reporter.View = view;
            return new ModelPull(settings, connection).Run(reference, parsed.GetValue(_include) ?? [], reporter, stop.Token).GetAwaiter().GetResult();
        });
        if (parsed.GetValue(_json)) JsonOutput.Write(new { Model = reference.ToString(), Folder = folder, Commit = Path.GetFileName(folder), Files = reporter.Files, Seconds = clock.Elapsed.TotalSeconds });
        else Console.Out.WriteLine($"{reference}: {reporter.Files.Count} files, {Quantity.Bytes(reporter.Files.Sum(f => f.Size))}, in {folder}");
        return ExitCode.Success;
    }

    /// <summary>A stage of the view for each file.</summary>
    private sealed class Reporter : IProgress<PullProgress>
    {
        private int _number;

        public IProgressView? View { get; set; }

        public List<HubFile> Files { get; } = [];

        public void Report(PullProgress value)
        {
            if (_number != value.Number)
            {
                _number = value.Number;
                Files.Add(value.File);
                View?.Begin($"{value.Number}/{value.Files} {value.File.Name}", value.File.Size, value.Done, "bytes");
            }

            View?.Advance(value.Done, "");
        }
    }
}
