using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// The policies of a stage beside the one that is trained: the reference, renewed now and then where the recipe says so, and the one
/// that samples, where it may be some steps old. Both are weights of an earlier moment, and part of a checkpoint.
/// </summary>
/// <param name="recipe">Of the run.</param>
/// <param name="model">That is trained.</param>
/// <param name="loadStart">The policy that the stage began with.</param>
internal sealed class StagePolicies(TrainRecipe recipe, LanguageModel model, Func<ReferencePolicy> loadStart) : IDisposable
{
    public const string FileName = "policies.safetensors";

    private const string ReferencePrefix = "reference.", SamplerPrefix = "sampler.";

    private readonly ReinforcementRecipe _recipe = recipe.Reinforcement;
    private ReferencePolicy? _reference;
    private DeviceBuffer? _sampler;
    private bool _isRenewed;

    /// <summary>The model that samples ahead, whose weights then are the sampling policy's; null without.</summary>
    public LanguageModel? Ahead { get; init; }

    /// <summary>What the objective or the reward compares with; null where neither does.</summary>
    public ReferencePolicy? Reference => IsCompared(_recipe) ? _reference ??= loadStart() : null;

    /// <summary>The policy that the stage began with, for measuring the distance from it where nothing else asks for a reference.</summary>
    public ReferencePolicy Start => _reference ??= loadStart();

    /// <summary>The policy that reinforcement learning began with, whose checkpoint always stays; beside the run's own base where an adapter is trained.</summary>
    /// <param name="graph">Of the model, for training.</param>
    public static ReferencePolicy LoadStart(TrainRecipe recipe, TrainingGraph graph, RunFolder folder)
    {
        var (model, start) = (graph.Model, folder.Checkpoint(recipe.ReinforcementStart));
        var sharesPrompts = recipe.Reinforcement.SharesPrompts;
        if (model is { IsLean: true, Adapter: null } && recipe.Reinforcement.Kl.RenewEvery == 0) return ReferencePolicy.InPlaceOf(graph, start, recipe.Reinforcement.Temperature, sharesPrompts);
        return model.Adapter is not null ? AdaptedModel.Reference(recipe, model, start, recipe.Reinforcement.Kl.RenewEvery > 0)
            : ReferencePolicy.Load(start, model.Device, recipe.MicroBatchTokens, recipe.Model.Context, recipe.Reinforcement.Temperature, sharesPrompts);
    }

    /// <summary>Whether something compares with a reference policy.</summary>
    public static bool IsCompared(ReinforcementRecipe recipe) => recipe.Options.KlCoefficient > 0 || recipe.Kl.InReward > 0;

    /// <summary>Steps that the policy which samples in a step is old.</summary>
    public static int Age(ReinforcementRecipe recipe, int step) => recipe.Lag is { } lag ? Math.Min(step, lag) : step % (recipe.Staleness + 1);

    /// <summary>Renews what is due before the <paramref name="step"/>-th step, from 0. Doing it again changes nothing.</summary>
    public void Renew(int step)
    {
        if (_recipe.Kl.RenewEvery > 0 && step > 0 && step % _recipe.Kl.RenewEvery == 0)
        {
            Reference!.Become(model);
            _isRenewed = true;
        }

        if (_recipe.Staleness == 0 || Age(_recipe, step) > 0) return;
        _sampler ??= model.Device.Allocate(model.Trained.BufferLength);
        model.Trained.Values.CopyTo(_sampler);
    }

    /// <summary>Does what samples, with the weights of the policy that samples in this step.</summary>
    public void WithSampler(int step, Action sample)
    {
        if (Age(_recipe, step) == 0)
        {
            sample();
            return;
        }

        Swap(training: false);
        try
        {
            sample();
        }
        finally
        {
            Swap(training: true);
        }
    }

    /// <summary>Writes what a checkpoint needs beyond the model.</summary>
    /// <param name="folder">The checkpoint's <c>training/</c>.</param>
    public void Write(string folder)
    {
        var parts = Parts(_isRenewed, _sampler is not null || Ahead is not null);
        if (parts.Count > 0) StoredBuffers.Write(Path.Combine(folder, FileName), parts, []);
    }

    /// <summary>Reads it back.</summary>
    /// <exception cref="UserError">The file is damaged.</exception>
    public void Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) return;
        using var file = SafetensorsFile.Open(path);
        _isRenewed = file.Names.Any(n => n.StartsWith(ReferencePrefix, StringComparison.Ordinal));
        var hasSampler = file.Names.Any(n => n.StartsWith(SamplerPrefix, StringComparison.Ordinal));
        if (hasSampler && Ahead is null) _sampler ??= model.Device.Allocate(model.Trained.BufferLength);
        StoredBuffers.Read(file, Parts(_isRenewed, hasSampler));
        if (_isRenewed) Start.Renew();
    }

    public void Dispose()
    {
        _reference?.Dispose();
        _sampler?.Dispose();
    }

    private List<StoredPart> Parts(bool reference, bool sampler) =>
    [
        .. reference ? StoredBuffers.Parts(ReferencePrefix, Start.Weights!, Start.Weights!.Values) : [],
        .. sampler ? StoredBuffers.Parts(SamplerPrefix, model.Trained, Ahead?.Trained.Values ?? _sampler!) : [],
    ];

    private void Swap(bool training)
    {
        model.Trained.SwapValues(ref _sampler!);
        model.Pack(training);
    }
}
