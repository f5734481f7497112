using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// Which levels a step's problems are of. Promotion: the present level has share 1 - rehearsal (all, while nothing is before it),
/// those before it the rest in equal parts; when at least <c>threshold</c> of the samples at the present level were right over
/// <c>window</c> steps, the next becomes the present one and the window begins anew. Linear: the position goes from the start to the
/// last level by the step alone, and between two levels the present share is divided in proportion. Promotion's state is part of
/// the checkpoint; everything else follows from the step.
/// </summary>
internal sealed class Curriculum
{
    private readonly CurriculumRecipe _recipe;
    private readonly IReadOnlyList<int> _levels;
    private readonly LevelMix? _fixed;
    private readonly int _start, _steps;
    private readonly List<LevelCount> _window;
    private int _position;

    /// <param name="recipe">Of the stage.</param>
    /// <param name="family">Whose levels hold where there is no curriculum.</param>
    /// <param name="steps">Steps of the stage.</param>
    /// <param name="state">From a checkpoint; null at the beginning.</param>
    public Curriculum(CurriculumRecipe recipe, FamilyRecipe family, int steps, CurriculumState? state)
        : this(recipe, family.Mix, recipe.Kind == CurriculumKind.None ? [] : recipe.LevelsOf(family), steps, state)
    {
    }

    /// <param name="recipe">Of the stage.</param>
    /// <param name="mix">Which levels are drawn from where there is no curriculum; null for problems of any level.</param>
    /// <param name="levels">From easy to hard, where there is one.</param>
    /// <param name="steps">Steps of the stage.</param>
    /// <param name="state">From a checkpoint; null at the beginning.</param>
    public Curriculum(CurriculumRecipe recipe, LevelMix? mix, IReadOnlyList<int> levels, int steps, CurriculumState? state)
    {
        _recipe = recipe;
        _fixed = mix;
        _steps = steps;
        _levels = levels;
        _start = recipe.Start is { } start ? Math.Max(0, _levels.ToList().IndexOf(start)) : 0;
        _position = Math.Clamp(state?.Position ?? _start, 0, Math.Max(0, _levels.Count - 1));
        _window = [.. state?.Window ?? []];
    }

    /// <summary>Null where there is nothing to remember.</summary>
    public CurriculumState? State => _recipe.Kind == CurriculumKind.Promotion ? new CurriculumState(_position, [.. _window]) : null;

    /// <summary>The levels of the <paramref name="step"/>-th step's problems, from 0.</summary>
    public LevelMix MixAt(int step)
    {
        if (_recipe.Kind == CurriculumKind.None) return _fixed ?? throw new InvalidOperationException("Problems of any level have no mix of levels.");
        var position = PositionAt(step);
        var (present, beyond) = ((int)position, position - (int)position);
        var own = present == 0 ? 1 : 1 - _recipe.Rehearsal;
        var weights = new List<LevelMix.Weight>();
        for (var i = 0; i < present; i++) weights.Add(new(_levels[i], _recipe.Rehearsal / present));
        weights.Add(new(_levels[present], own * (1 - beyond)));
        if (beyond > 0) weights.Add(new(_levels[present + 1], own * beyond));
        return new LevelMix(weights);
    }

    /// <summary>The level of one of the <paramref name="step"/>-th step's problems; null for any.</summary>
    public int? Draw(int step, ref RandomStream random) => _recipe.Kind == CurriculumKind.None && _fixed is null ? null : MixAt(step).Draw(ref random);

    /// <summary>Takes note of a step's first groups, adds to its metrics, and moves on where that is due.</summary>
    /// <returns>What happened, in words; null where nothing did.</returns>
    public string? Observe(int step, CurriculumMetrics names, IEnumerable<RolloutGroup> groups, MetricValues metrics)
    {
        if (_recipe.Kind == CurriculumKind.None) return null;
        var counts = new SortedDictionary<int, LevelCount>();
        foreach (var group in groups)
        {
            if (group.Round > 0) continue;
            var judged = group.Samples.Count(g => g.IsJudged);
            if (judged == 0) continue;
            var (right, samples) = counts.GetValueOrDefault(group.Problem.Level);
            foreach (var sample in group.Samples) right += sample.IsRight ? 1 : 0;
            counts[group.Problem.Level] = new(right, samples + judged);
        }

        var position = PositionAt(step);
        metrics.Add(names.Level, _levels[(int)Math.Ceiling(position)]);
        if (counts.Count > 0) metrics.Add(names.LevelMean, counts.Sum(c => (double)c.Key * c.Value.Samples) / counts.Sum(c => c.Value.Samples));
        foreach (var (level, count) in counts) metrics.Add(names.LevelAccuracy.For(level), (double)count.Right / count.Samples);
        return _recipe.Kind == CurriculumKind.Promotion ? Promote(names, counts.GetValueOrDefault(_levels[_position]), metrics) : null;
    }

    private string? Promote(CurriculumMetrics names, LevelCount present, MetricValues metrics)
    {
        _window.Add(present);
        if (_window.Count > _recipe.Window) _window.RemoveAt(0);
        var (right, samples) = (_window.Sum(c => c.Right), _window.Sum(c => c.Samples));
        if (samples == 0) return null;
        var share = (double)right / samples;
        metrics.Add(names.LevelSuccess, share);
        if (_window.Count < _recipe.Window || share < _recipe.Threshold || _position == _levels.Count - 1) return null;
        _position++;
        _window.Clear();
        return string.Create(CultureInfo.InvariantCulture, $"level {_levels[_position - 1]} is mastered, {share:0%} of {samples} samples were right: on to level {_levels[_position]}.");
    }

    private double PositionAt(int step)
    {
        if (_recipe.Kind != CurriculumKind.Linear) return _position;
        var last = _levels.Count - 1;
        return _start + ((last - _start) * Math.Min(1, step / Math.Max(1, _recipe.Until * (_steps - 1))));
    }
}
