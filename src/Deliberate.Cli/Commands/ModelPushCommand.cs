using System.CommandLine;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Cli;

/// <summary>Puts a model on a hub, with its card as README.</summary>
internal sealed class ModelPushCommand : CliCommand
{
    private readonly Argument<string> _model = LoadedModel.Argument();
    private readonly Argument<string> _to = new("TO") { Description = "hf:OWNER/NAME, or hf:OWNER/NAME@BRANCH; made where there is none." };
    private readonly Option<bool> _private = new("--private") { Description = "Make a repository that is not there yet a private one." };
    private readonly Option<string> _message = new("--message") { HelpName = "text", Description = "What the commit says.", DefaultValueFactory = _ => "Upload with Deliberate" };
    private readonly ConfigurationOptions _configuration = new();

    public ModelPushCommand()
        : base(
            "push",
            "Upload a model to a hub: the folder's files, with its card as README, in one commit. Needs a token in HF_TOKEN.",
            "deliberate model push runs/quickstart/arithmetic hf:me/arithmetic --private",
            "deliberate model push model.Q8_0.gguf hf:me/arithmetic-GGUF")
    {
        Add(_model);
        Add(_to);
        Add(_private);
        Add(_message);
        _configuration.AddTo(this);
    }

    protected override int Run(ParseResult parsed)
    {
        var reference = HubReference.Parse(parsed.GetRequiredValue(_to));
        var location = CheckpointChoice.Find(parsed.GetRequiredValue(_model)).Location;
        // What does not open here would open nowhere.
        using (PretrainedModel.Open(location))
        {
        }

        var (configuration, settings) = (_configuration.Load(parsed), HubSettings.OfEnvironment());
        if (settings.IsOffline || configuration.Offline is not null) throw new UserError("This is offline mode.", advice: "Leave it to push.");
        using var stop = new StopSignal("Stopping: nothing was committed.");
        using var connection = new HubConnection(settings, configuration, new ProviderLimits { TimeoutS = 3600 });
        var address = ProgressViews.Run(view =>
        {
            var isBegun = false;
            return new ModelPush(settings, connection).Run(location, reference, parsed.GetRequiredValue(_message), parsed.GetValue(_private), new Reporter(progress =>
            {
                if (!isBegun) view.Begin($"upload to {reference}", progress.Files, unit: "files");
                isBegun = true;
                view.Advance(progress.Number, progress.File.Name);
            }), stop.Token).GetAwaiter().GetResult();
        });
        Console.Out.WriteLine(address);
        return ExitCode.Success;
    }

    private sealed class Reporter(Action<PullProgress> tell) : IProgress<PullProgress>
    {
        public void Report(PullProgress value) => tell(value);
    }
}
