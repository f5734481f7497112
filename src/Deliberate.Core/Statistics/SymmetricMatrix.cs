namespace Deliberate.Core;

/// <summary>Small positive definite systems by Cholesky's factors: what Newton's steps and information matrices need.</summary>
internal static class SymmetricMatrix
{
    /// <summary>The inverse; null where the matrix is not positive definite.</summary>
    public static double[,]? Inverse(double[,] matrix)
    {
        if (Factor(matrix) is not { } lower) return null;
        var n = matrix.GetLength(0);
        var inverse = new double[n, n];
        var unit = new double[n];
        for (var column = 0; column < n; column++)
        {
            Array.Clear(unit);
            unit[column] = 1;
            var solved = Solve(lower, unit);
            for (var row = 0; row < n; row++) inverse[row, column] = solved[row];
        }

        return inverse;
    }

    /// <summary>x with A x = b for the factor L of A = L·Lᵀ.</summary>
    public static double[] Solve(double[,] lower, ReadOnlySpan<double> right)
    {
        var n = right.Length;
        var x = right.ToArray();
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < i; j++) x[i] -= lower[i, j] * x[j];
            x[i] /= lower[i, i];
        }

        for (var i = n - 1; i >= 0; i--)
        {
            for (var j = i + 1; j < n; j++) x[i] -= lower[j, i] * x[j];
            x[i] /= lower[i, i];
        }

        return x;
    }

    /// <summary>L; null where the matrix is not positive definite.</summary>
    public static double[,]? Factor(double[,] matrix)
    {
        var n = matrix.GetLength(0);
        var lower = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = matrix[i, j];
                for (var k = 0; k < j; k++) sum -= lower[i, k] * lower[j, k];
                if (i != j) lower[i, j] = sum / lower[j, j];
                else if (!(sum > 1e-13 * Math.Abs(matrix[i, i]))) return null;
                else lower[i, i] = Math.Sqrt(sum);
            }
        }

        return lower;
    }
}
