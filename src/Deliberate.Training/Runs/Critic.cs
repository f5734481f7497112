using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// The critic of a stage: a copy of the policy that it begins with and a head whose values are 0 at first, with an optimizer of its own.
/// In a checkpoint it is <c>training/critic/</c>, a <c>*ForTokenClassification</c> of Hugging Face's with its moments.
/// </summary>
internal sealed class Critic : IDisposable
{
    public const string FolderName = "critic";

    private readonly CriticRecipe _recipe;
    private readonly LanguageModel _model;
    private readonly HeadGraph _graph;
    private readonly Optimizer _optimizer;
    private readonly CriticTrainer _trainer;
    private readonly LearningRateSchedule _schedule;

    /// <param name="recipe">Of the run.</param>
    /// <param name="policy">As the stage begins with it.</param>
    /// <param name="world">The ranks that its optimizer may be shared by; alone if left out.</param>
    public Critic(TrainRecipe recipe, LanguageModel policy, World? world = null)
    {
        var stage = recipe.Reinforcement;
        _recipe = stage.Critic ?? new CriticRecipe();
        _schedule = _recipe.Schedule.For(stage.Steps, movesAtOnce: !_recipe.Schedule.FromZero);
        _model = new LanguageModel(policy.Device, policy.Configuration with { OutputHead = new OutputHead(HeadUnit.Token, 1) });
        _model.LoadShared(policy);
        _model.Pack(training: true);
        _graph = new HeadGraph(_model, recipe.MicroBatchTokens, RunSession.Segments(recipe.MicroBatchTokens), recipe.Model.Context);
        _optimizer = new Optimizer(policy.Device, _model.Parameters, _recipe.Optimizer.ToOptions(), world?.PeersOfOptimizer());
        _trainer = new CriticTrainer(_graph, _optimizer, stage.Options, _recipe.Clip, stage.MaxTokens);
    }

    /// <summary>λ of the advantages.</summary>
    public double Lambda => _recipe.Lambda;

    /// <summary>Of a recipe whose advantages ask for one; else null.</summary>
    public static Critic? For(TrainRecipe recipe, LanguageModel policy, World? world = null) => AdvantageEstimators.Find(recipe.Reinforcement.Advantage).NeedsCritic ? new Critic(recipe, policy, world) : null;

    /// <summary>Whether only the critic learns in a step of the stage, from 0.</summary>
    public bool WarmsUp(int step) => step < _recipe.Warmup;

    /// <summary>The values of all samples' tokens, flat.</summary>
    public double[] Values(IReadOnlyList<PolicySample> samples) => _trainer.Values(samples);

    /// <summary>One update on a mini-batch of the stage's <paramref name="step"/>-th step, from 0.</summary>
    public TrainingStep Step(int step, IReadOnlyList<PolicySample> samples, out double clipped) => _trainer.Step(samples, _schedule.At(step), out clipped);

    public double LearningRate(int step) => _schedule.At(step) * _recipe.Optimizer.LearningRate;

    /// <param name="training">A checkpoint's folder <c>training/</c>.</param>
    public void Write(string training)
    {
        var folder = Directory.CreateDirectory(Path.Combine(training, FolderName)).FullName;
        _model.Configuration.Save(folder);
        ModelWriter.WriteWeights(Path.Combine(folder, ModelWriter.WeightsFile), _model);
        OptimizerFile.Write(Path.Combine(folder, OptimizerFile.FileName), _model.Parameters, _optimizer);
    }

    /// <exception cref="UserError">A file is missing or damaged.</exception>
    public void Read(string training)
    {
        var folder = Path.Combine(training, FolderName);
        var weights = Path.Combine(folder, ModelWriter.WeightsFile);
        if (!File.Exists(weights)) throw new UserError("the file is missing.", weights, advice: CheckpointState.ResumeAdvice);
        using (var source = SafetensorsFile.Open(weights)) _model.Load(source);
        _model.Pack(training: true);
        OptimizerFile.Read(Path.Combine(folder, OptimizerFile.FileName), _model.Parameters, _optimizer);
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _graph.Dispose();
        _model.Dispose();
    }
}
