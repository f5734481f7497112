using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Tensors;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>A checkpoint in memory, ready to sample from; owns its device.</summary>
internal sealed class LoadedCheckpoint : IDisposable
{
    /// <summary>Samples in flight: enough rows for all threads, few enough for the cache.</summary>
    private const int MostSlots = 64;

    private const int UsualBudget = 192;

    private readonly Device _device;
    private readonly LanguageModel _model;

    private LoadedCheckpoint(Device device, LanguageModel model, string location, ProblemEncoder encoder, int maxTokens)
    {
        Policy = new PolicyInMemory(model, location);
        _device = device;
        _model = model;
        Encoder = encoder;
        MaxTokens = maxTokens;
    }

    public ProblemEncoder Encoder { get; }

    public LanguageModel Model => _model;

    public Device Device => _device;

    /// <summary>For scorers that stand over the same weights.</summary>
    public PolicyInMemory Policy { get; }

    /// <summary>Token budget of a completion.</summary>
    public int MaxTokens { get; }

    /// <param name="maxTokens">0 for what the run evaluates with.</param>
    /// <param name="stops">Strings that end an answer, besides those that its run drew with.</param>
    /// <param name="on">The device: one of <see cref="GraphicsChoice.All"/>.</param>
    public static LoadedCheckpoint Open(CheckpointChoice choice, int threads, int maxTokens, IReadOnlyList<string>? stops = null, string on = GraphicsChoice.Cpu)
    {
        var device = Device.Shared(on, threads);
        LanguageModel? model = null;
        try
        {
            (model, var text) = Checkpoint.LoadModel(choice.Location, device, WeightStorage.F32, adapter: choice.Adapter);
            var budget = maxTokens > 0 ? maxTokens : choice.Recipe is { Evaluation: { Problems: > 0 } evaluation } ? evaluation.MaxTokens : Math.Min(UsualBudget, model.Configuration.MaxPositions / 2);
            if (budget >= model.Configuration.MaxPositions)
                throw new UserError($"a budget of {budget} tokens leaves no room for a prompt in the model's context of {model.Configuration.MaxPositions}.", field: "--max-tokens", advice: "Lower it.");
            // As the run's own evaluations: what was learned with an end is not measured without it.
            string[] ends = [.. (stops ?? []).Union(choice.Recipe?.Reinforcement.Stop ?? [])];
            return new LoadedCheckpoint(device, model, choice.Location, new ProblemEncoder(text.StoppingAt(ends, "--stop")), budget);
        }
        catch
        {
            model?.Dispose();
            device.Dispose();
            throw;
        }
    }

    /// <summary>Completions to draw of a problem.</summary>
    public SampleRequest Request(Problem problem, RandomStream[] streams)
    {
        var request = Encoder.Request(problem, MaxTokens, streams);
        if (request.Prompt.Length + MaxTokens > _model.Configuration.MaxPositions)
            throw new UserError($"a prompt of {request.Prompt.Length} tokens and a budget of {MaxTokens} exceed the model's context of {_model.Configuration.MaxPositions}.", field: "--max-tokens", advice: "Lower it.");
        return request;
    }

    /// <param name="samples">How many will be drawn at most.</param>
    /// <param name="longestPrompt">In tokens: memory is taken for what is asked, not for the whole context of a large model.</param>
    public Sampler Sampler(int samples, int longestPrompt) => new(_model, Math.Clamp(samples, 1, MostSlots), longestPrompt + MaxTokens);

    public void Dispose()
    {
        _model.Dispose();
        _device.Dispose();
    }
}
