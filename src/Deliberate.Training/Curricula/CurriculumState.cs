namespace Deliberate.Training;

/// <summary>Right answers and samples of a step at the level that was the present one.</summary>
internal readonly record struct LevelCount(int Right, int Samples);

/// <summary>Where a curriculum stands; part of a checkpoint.</summary>
/// <param name="Position">Of the present level among its levels, from 0.</param>
/// <param name="Window">The last steps since the promotion to it, oldest first.</param>
internal sealed record CurriculumState(int Position, IReadOnlyList<LevelCount> Window);
