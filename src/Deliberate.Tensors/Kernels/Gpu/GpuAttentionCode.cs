using ILGPU;

namespace Deliberate.Tensors;

/// <summary>Where keys and values lie, in elements: position p of a sequence behind its prefix is in block p / 64, which begins at its first · Unit.</summary>
/// <param name="Unit">What a block's first counts: rows of a batch, or pages of a cache.</param>
/// <param name="Row">From a position to the next within a block, and in a prefix.</param>
/// <param name="Head">From a key head to the next.</param>
/// <param name="Key">First key.</param>
/// <param name="Value">First value.</param>
internal readonly record struct KeyPlaces(long Unit, long Row, long Head, long Key, long Value);

/// <summary>What the kernels of attention are told. Queries are numbered through the table of a call; <see cref="FirstQuery"/> is the first of a piece of them.</summary>
internal readonly record struct AttendShape(
    int FirstHead, int Heads, int Group, int HeadSize, float Scale, float SoftCap, int Causal, int Window, int FirstQuery, int Queries, int MostKeys, int QRow, int ORow, int SumRow);

/// <summary>
/// Attention in steps over a piece of the queries: scores [query, head, key], their maximum and sum by query and head, probabilities, output. The
/// same kernels read keys of the batch and of the cache, so a position's bits are the same in training and in sampling. Sums run in the order
/// of the keys, those of the backward in the order of the queries, each in one thread.
/// </summary>
internal static class GpuAttentionCode
{
    /// <summary>Integers of a query in the table: its row, the prefix's first row and length, where its blocks are listed, its position, the keys of its sequence.</summary>
    public const int QueryInts = 6;

    /// <summary>Integers of a key in the table: its row, its position, the queries [begin, end) that may see it.</summary>
    public const int KeyInts = 4;

    public const int BlockPositions = KeyValueCache.PageTokens;

    /// <summary>Softcap(scale · q·k) of one query, head and key; nothing where the query does not see the key.</summary>
    public static void Scores(Index1D index, ArrayView<float> q, ArrayView<float> keys, ArrayView<int> queries, ArrayView<int> blocks, ArrayView<float> scores, KeyPlaces places, AttendShape s)
    {
        int key = index % s.MostKeys, pair = index / s.MostKeys, head = s.FirstHead + (pair % s.Heads), entry = (s.FirstQuery + (pair / s.Heads)) * QueryInts;
        if (!Sees(queries, entry, key, s)) return;
        scores[index] = Score(q, keys, queries, blocks, places, s, entry, head, key);
    }

    /// <summary>Maximum and Σ e^(s - max) of each query and head.</summary>
    public static void Sums(Index1D index, ArrayView<int> queries, ArrayView<float> scores, ArrayView<float> sums, AttendShape s)
    {
        var entry = (s.FirstQuery + (index / s.Heads)) * QueryInts;
        int first = First(queries, entry, s), end = End(queries, entry, s);
        var at = (long)index.X * s.MostKeys;
        var max = float.NegativeInfinity;
        for (var j = first; j < end; j++)
        {
            var v = scores[at + j];
            max = v > max ? v : max;
        }

        float sum = 0;
        for (var j = first; j < end; j++) sum += GpuMath.Probability(scores[at + j] - max);
        sums[(long)index.X * 2] = max;
        sums[((long)index.X * 2) + 1] = sum;
    }

    /// <summary>Scores to probabilities, in place.</summary>
    public static void Probabilities(Index1D index, ArrayView<int> queries, ArrayView<float> scores, ArrayView<float> sums, AttendShape s)
    {
        int key = index % s.MostKeys, pair = index / s.MostKeys;
        if (!Sees(queries, (s.FirstQuery + (pair / s.Heads)) * QueryInts, key, s)) return;
        scores[index] = GpuMath.Probability(scores[index] - sums[(long)pair * 2]) / sums[((long)pair * 2) + 1];
    }

    /// <summary>o = Σ_j p_j · v_j, a thread a column.</summary>
    public static void Outputs(Index1D index, ArrayView<float> keys, ArrayView<int> queries, ArrayView<int> blocks, ArrayView<float> scores, ArrayView<float> output, KeyPlaces places, AttendShape s)
    {
        int c = index % s.HeadSize, pair = index / s.HeadSize, head = s.FirstHead + (pair % s.Heads), entry = (s.FirstQuery + (pair / s.Heads)) * QueryInts;
        int first = First(queries, entry, s), end = End(queries, entry, s);
        var values = places.Value + (head / s.Group * places.Head) + c;
        float sum = 0;
        for (var j = first; j < end; j++) sum += scores[((long)pair * s.MostKeys) + j] * keys[values + Place(queries, blocks, places, entry, j)];
        output[((long)queries[entry] * s.ORow) + (head * s.HeadSize) + c] = sum;
    }

    /// <summary>max + log Σ, for the backward.</summary>
    public static void LogSumExp(Index1D index, ArrayView<int> queries, ArrayView<float> sums, ArrayView<float> logSumExp, AttendShape s)
    {
        var row = queries[(s.FirstQuery + (index / s.Heads)) * QueryInts];
        logSumExp[((long)row * s.SumRow) + s.FirstHead + (index % s.Heads)] = sums[(long)index.X * 2] + GpuMath.Log(sums[((long)index.X * 2) + 1]);
    }

    /// <summary>D = do·o of each query and head.</summary>
    public static void Dots(Index1D index, ArrayView<int> queries, ArrayView<float> output, ArrayView<float> dOutput, ArrayView<float> dots, AttendShape s)
    {
        var head = s.FirstHead + (index % s.Heads);
        var at = ((long)queries[(s.FirstQuery + (index / s.Heads)) * QueryInts] * s.ORow) + (head * s.HeadSize);
        float sum = 0;
        for (var c = 0; c < s.HeadSize; c++) sum += dOutput[at + c] * output[at + c];
        dots[index] = sum;
    }

    /// <summary>p, and scale · du with du = p · (do·v - D) · slope of the soft cap, of one query, head and key.</summary>
    public static void ScoreGradients(
        Index1D index, ArrayView<float> q, ArrayView<int> queries, ArrayView<int> blocks, ArrayView<float> dOutput, ArrayView<float> logSumExp, ArrayView<float> dots,
        ArrayView<float> probabilities, ArrayView<float> gradients, KeyPlaces places, AttendShape s)
    {
        int key = index % s.MostKeys, pair = index / s.MostKeys, head = s.FirstHead + (pair % s.Heads), entry = (s.FirstQuery + (pair / s.Heads)) * QueryInts;
        if (!Sees(queries, entry, key, s)) return;
        var row = queries[entry];
        var score = Score(q, q, queries, blocks, places, s, entry, head, key);
        var p = GpuMath.Probability(score - logSumExp[((long)row * s.SumRow) + head]);
        long values = places.Value + (head / s.Group * places.Head) + Place(queries, blocks, places, entry, key), at = ((long)row * s.ORow) + (head * s.HeadSize);
        float dot = 0;
        for (var c = 0; c < s.HeadSize; c++) dot += dOutput[at + c] * q[values + c];
        var slope = s.SoftCap == 0 ? 1 : 1 - (score / s.SoftCap * (score / s.SoftCap));
        probabilities[index] = p;
        gradients[index] = s.Scale * (p * (dot - dots[pair]) * slope);
    }

    /// <summary>dq = Σ_j scale · du · k_j, a thread a column.</summary>
    public static void QueryGradients(
        Index1D index, ArrayView<float> q, ArrayView<int> queries, ArrayView<int> blocks, ArrayView<float> gradients, ArrayView<float> dq, KeyPlaces places, AttendShape s)
    {
        int c = index % s.HeadSize, pair = index / s.HeadSize, head = s.FirstHead + (pair % s.Heads), entry = (s.FirstQuery + (pair / s.Heads)) * QueryInts;
        int first = First(queries, entry, s), end = End(queries, entry, s);
        var keys = places.Key + (head / s.Group * places.Head) + c;
        float sum = 0;
        for (var j = first; j < end; j++) sum += gradients[((long)pair * s.MostKeys) + j] * q[keys + Place(queries, blocks, places, entry, j)];
        dq[((long)queries[entry] * s.QRow) + (head * s.HeadSize) + c] = sum;
    }

    /// <summary>dk += Σ_i scale · du · q_i and dv += Σ_i p · do_i over the piece's queries and the heads of each, a thread a column of a key.</summary>
    public static void KeyGradients(
        Index1D index, ArrayView<float> q, ArrayView<int> queries, ArrayView<int> keyTable, ArrayView<float> probabilities, ArrayView<float> gradients, ArrayView<float> dOutput, ArrayView<float> dq,
        KeyPlaces places, AttendShape s)
    {
        var keyHeads = s.Heads / s.Group;
        int c = index % s.HeadSize, keyHead = index / s.HeadSize % keyHeads, entry = index / s.HeadSize / keyHeads * KeyInts;
        int position = keyTable[entry + 1], begin = keyTable[entry + 2] - s.FirstQuery, end = keyTable[entry + 3] - s.FirstQuery;
        if (begin < 0) begin = 0;
        if (end > s.Queries) end = s.Queries;
        var at = (keyTable[entry] * places.Row) + (((s.FirstHead / s.Group) + keyHead) * places.Head) + c;
        float dk = dq[places.Key + at], dv = dq[places.Value + at];
        for (var i = begin; i < end; i++)
        {
            var query = (s.FirstQuery + i) * QueryInts;
            if (!Sees(queries, query, position, s)) continue;
            var row = queries[query];
            for (var h = 0; h < s.Group; h++)
            {
                var head = (keyHead * s.Group) + h;
                var score = ((((long)i * s.Heads) + head) * s.MostKeys) + position;
                var column = ((s.FirstHead + head) * s.HeadSize) + c;
                dv += probabilities[score] * dOutput[((long)row * s.ORow) + column];
                dk += gradients[score] * q[((long)row * s.QRow) + column];
            }
        }

        dq[places.Key + at] = dk;
        dq[places.Value + at] = dv;
    }

    /// <summary>Keys and values of rows into the cache, for some of the key heads.</summary>
    public static void Store(Index1D index, ArrayView<float> qkv, ArrayView<int> queries, ArrayView<int> blocks, ArrayView<float> cache, KeyPlaces from, KeyPlaces to, int firstHead, int heads, int headSize)
    {
        int c = index % headSize, head = firstHead + (index / headSize % heads), entry = index / headSize / heads * QueryInts;
        long source = (queries[entry] * from.Row) + (head * from.Head) + c, target = Place(queries, blocks, to, entry, queries[entry + 4]) + (head * to.Head) + c;
        cache[to.Key + target] = qkv[from.Key + source];
        cache[to.Value + target] = qkv[from.Value + source];
    }

    /// <summary>0 for the gradients of keys and values of some rows and heads.</summary>
    public static void ClearKeys(Index1D index, ArrayView<float> dq, KeyPlaces places, int firstRow, int firstHead, int heads, int headSize)
    {
        int c = index % headSize, head = firstHead + (index / headSize % heads);
        var at = ((firstRow + (index / headSize / heads)) * places.Row) + (head * places.Head) + c;
        dq[places.Key + at] = 0;
        dq[places.Value + at] = 0;
    }

    private static float Score(ArrayView<float> q, ArrayView<float> keys, ArrayView<int> queries, ArrayView<int> blocks, KeyPlaces places, AttendShape s, int entry, int head, int key)
    {
        long at = ((long)queries[entry] * s.QRow) + (head * s.HeadSize), k = places.Key + (head / s.Group * places.Head) + Place(queries, blocks, places, entry, key);
        float sum = 0;
        for (var c = 0; c < s.HeadSize; c++) sum += q[at + c] * keys[k + c];
        return GpuMath.SoftCap(s.Scale * sum, s.SoftCap);
    }

    private static long Place(ArrayView<int> queries, ArrayView<int> blocks, KeyPlaces places, int entry, int key)
    {
        var behind = key - queries[entry + 2];
        if (behind < 0) return (queries[entry + 1] + key) * places.Row;
        return (blocks[queries[entry + 3] + (behind / BlockPositions)] * places.Unit) + (behind % BlockPositions * places.Row);
    }

    private static int First(ArrayView<int> queries, int entry, AttendShape s)
    {
        var first = queries[entry + 4] - s.Window + 1;
        return s.Window == 0 || first < 0 ? 0 : first;
    }

    private static int End(ArrayView<int> queries, int entry, AttendShape s) => s.Causal != 0 ? queries[entry + 4] + 1 : queries[entry + 5];

    private static bool Sees(ArrayView<int> queries, int entry, int key, AttendShape s) => key >= First(queries, entry, s) && key < End(queries, entry, s);
}
