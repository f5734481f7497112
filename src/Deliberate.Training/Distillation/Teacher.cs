using System.Security.Cryptography;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// The model of a run that another one learns from: frozen, and of the same tokens. It draws completions, or says how likely it would
/// have been to write those of the student.
/// </summary>
internal sealed class Teacher : IDisposable
{
    private readonly RunSession _session;
    private Sampler? _sampler;
    private SampleLoop? _loop;

    /// <exception cref="UserError">It cannot be read.</exception>
    public Teacher(RunSession session)
    {
        _session = session;
        Policy = Load(session.Recipe, session.Device);
    }

    /// <summary>For its log-probabilities.</summary>
    public ReferencePolicy Policy { get; }

    /// <summary>From the run's problems to scored samples of the teacher.</summary>
    public SampleLoop Loop => _loop ??= new SampleLoop(
        _sampler ??= new Sampler(Policy.Model, RunSession.SlotsOf(_session.Recipe), _session.Recipe.Model.Context), _session.Encoder, _session.Problems);

    /// <summary>Whether a stage of the recipe learns from a teacher.</summary>
    public static bool IsAsked(TrainRecipe recipe) => Samples(recipe) || Labels(recipe) || Compares(recipe);

    /// <summary>Whether expert iteration imitates its samples.</summary>
    public static bool Samples(TrainRecipe recipe) => recipe.ExpertIteration is { Rounds: > 0, Sampler: ExpertSampler.Teacher };

    /// <summary>Whether expert iteration learns its distribution at each token.</summary>
    public static bool Labels(TrainRecipe recipe) => recipe.ExpertIteration is { Rounds: > 0, Labels: LabelKind.Soft };

    /// <summary>Whether reinforcement learning compares with it.</summary>
    public static bool Compares(TrainRecipe recipe) => recipe.Reinforcement.Steps > 0 && AdvantageEstimators.Find(recipe.Reinforcement.Advantage).NeedsTeacher;

    /// <summary>The teacher's log-probabilities at the temperature of reinforcement learning.</summary>
    public static ReferencePolicy Load(TrainRecipe recipe, Device device) =>
        ReferencePolicy.Load(recipe.Teacher!.From, device, recipe.MicroBatchTokens, recipe.Model.Context, recipe.Reinforcement.Temperature);

    /// <summary>The recipe with the teacher's full path, and what the teacher is like; null without one.</summary>
    /// <param name="student">Text format of the model that learns.</param>
    /// <exception cref="UserError">There is none, it has another vocabulary, or its context is too short.</exception>
    public static (TrainRecipe Recipe, ModelConfiguration? Configuration) Resolve(TrainRecipe recipe, TextFormat student)
    {
        if (recipe.Teacher is not { } teacher) return (recipe, null);
        var from = Path.GetFullPath(teacher.From);
        // A link such as checkpoints/best may lead elsewhere tomorrow.
        if (Directory.Exists(from) && Directory.ResolveLinkTarget(from, returnFinalTarget: true) is { } target) from = target.FullName;
        using var opened = Open(from);
        var (own, other) = (Hash(student), Hash(opened.Text));
        if (own != other)
        {
            throw new UserError(
                $"the teacher has another vocabulary than the model that learns: SHA-256 of its tokenizer is {other}, of the model's {own}. Token by token they cannot be compared.", from, field: "teacher.from",
                advice: "Learn from a model with the same tokenizer, or start the model from one with the teacher's (model.from).");
        }

        if (opened.Configuration.MaxPositions < recipe.Model.Context)
            throw new UserError($"the teacher is meant for sequences of at most {opened.Configuration.MaxPositions} tokens, the model's context is {recipe.Model.Context}.", from, field: "teacher.from", advice: "Lower model.context.");
        return (recipe with { Teacher = teacher with { From = from } }, opened.Configuration);
    }

    /// <summary>Refuses to go on with another teacher than a run began with.</summary>
    public static void CheckSame(RunFolder folder, TrainRecipe recipe)
    {
        if (recipe.Teacher is not { } teacher || RunFacts.Read(folder)?.Teacher is not { } began) return;
        var identity = ModelIdentity.Of(teacher.From).Id;
        if (identity != began.Identity)
            throw new UserError($"the teacher is not the one that the run began with: it is {identity}, and was {began.Identity}.", teacher.From, field: "teacher.from", advice: "Put the teacher back, or begin a new run.");
    }

    private static PretrainedModel Open(string from)
    {
        try
        {
            return PretrainedModel.Open(from);
        }
        catch (UserError error) when (error.Field is null)
        {
            throw new UserError(error.Problem, error.File, error.Line, error.Column, "teacher.from", error.Advice, error);
        }
    }

    public void Dispose()
    {
        _sampler?.Dispose();
        Policy.Dispose();
    }

    private static string Hash(TextFormat text) => Convert.ToHexStringLower(SHA256.HashData(text.Tokenizer.ToJson()));
}
